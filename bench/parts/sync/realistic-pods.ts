/** Pods as a busy cluster has them: 200 workloads, two containers, probes, a projected token volume, managedFields. About 6 KB of JSON each. */
export function realisticPods(count: number): object[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, index) => realisticPod(index, random));
}

const workloads = 200;
const namespaces = 40;

function realisticPod(index: number, random: () => number): object {
  const workload = index % workloads;
  const app = `service-${String(workload).padStart(3, '0')}`;
  const hash = hex(random, 10);
  const name = `${app}-${fixedHash(workload)}-${letters(random, 5)}`;
  const namespace = `team-${workload % namespaces}`;
  const token = `kube-api-access-${letters(random, 5)}`;
  const node = `node-${Math.floor(random() * 300)}.eu-west-1.compute.internal`;
  const created = new Date(Date.UTC(2026, 5, 1) + Math.floor(random() * 1e9)).toISOString().replace(/\.\d+/, '');
  const ip = `10.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}`;
  return {
    metadata: {
      name,
      generateName: `${app}-${fixedHash(workload)}-`,
      namespace,
      uid: uuid(random),
      resourceVersion: String(1_000_000 + index),
      creationTimestamp: created,
      labels: {
        app,
        'app.kubernetes.io/name': app,
        'app.kubernetes.io/instance': `${app}-production`,
        'app.kubernetes.io/version': '2.14.3',
        'app.kubernetes.io/managed-by': 'Helm',
        'pod-template-hash': fixedHash(workload),
        team: namespace,
      },
      annotations: {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': '9090',
        'checksum/config': fixedHash(workload).repeat(4),
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-${fixedHash(workload)}`,
          uid: `00000000-0000-4000-8000-${String(workload).padStart(12, '0')}`,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: managedFields(created),
    },
    spec: {
      volumes: [
        { name: 'config', configMap: { name: `${app}-config`, defaultMode: 420 } },
        { name: 'tmp', emptyDir: {} },
        {
          name: token,
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
              {
                downwardAPI: {
                  items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
                },
              },
            ],
            defaultMode: 420,
          },
        },
      ],
      containers: [container(app, token), sidecar(token)],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: app,
      serviceAccount: app,
      nodeName: node,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001 },
      schedulerName: 'default-scheduler',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: created,
      })),
      hostIP: `172.31.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}`,
      podIP: ip,
      podIPs: [{ ip }],
      startTime: created,
      containerStatuses: ['app', 'proxy'].map((container) => ({
        name: container,
        state: { running: { startedAt: created } },
        lastState: {},
        ready: true,
        restartCount: Math.floor(random() * 3),
        image: `registry.example.com/platform/${container}:2.14.3`,
        imageID: `registry.example.com/platform/${container}@sha256:${hash.repeat(7).slice(0, 64)}`,
        containerID: `containerd://${hex(random, 64)}`,
        started: true,
      })),
      qosClass: 'Burstable',
    },
  };
}

function container(app: string, token: string): object {
  const probe = (path: string): object => ({
    httpGet: { path, port: 'http', scheme: 'HTTP' },
    initialDelaySeconds: 10,
    timeoutSeconds: 2,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return {
    name: 'app',
    image: 'registry.example.com/platform/app:2.14.3',
    args: ['--config=/etc/app/config.yaml', '--log-format=json', '--metrics-port=9090'],
    ports: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
    ],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: `${app}-database`, key: 'url' } } },
      { name: 'CACHE_URL', value: `redis://${app}-cache.team.svc.cluster.local:6379/0` },
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'REGION', value: 'eu-west-1' },
    ],
    resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '250m', memory: '512Mi' } },
    volumeMounts: [
      { name: 'config', readOnly: true, mountPath: '/etc/app' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: token, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ],
    livenessProbe: probe('/healthz'),
    readinessProbe: probe('/readyz'),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  };
}

function sidecar(token: string): object {
  return {
    name: 'proxy',
    image: 'registry.example.com/platform/proxy:1.9.0',
    args: ['proxy', 'sidecar', '--concurrency=2'],
    ports: [{ name: 'proxy', containerPort: 15001, protocol: 'TCP' }],
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '50m', memory: '64Mi' } },
    volumeMounts: [{ name: token, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

function managedFields(time: string): object[] {
  const empty = {};
  const containerFields = Object.fromEntries(
    ['.', 'f:image', 'f:imagePullPolicy', 'f:name', 'f:resources'].map((field) => [field, empty]),
  );
  return [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': {
          'f:annotations': {
            '.': empty,
            'f:checksum/config': empty,
            'f:prometheus.io/port': empty,
            'f:prometheus.io/scrape': empty,
          },
          'f:generateName': empty,
          'f:labels': {
            '.': empty,
            'f:app': empty,
            'f:app.kubernetes.io/name': empty,
            'f:pod-template-hash': empty,
            'f:team': empty,
          },
          'f:ownerReferences': { '.': empty, 'k:{"uid":"00000000-0000-4000-8000-000000000000"}': empty },
        },
        'f:spec': {
          'f:containers': { 'k:{"name":"app"}': containerFields, 'k:{"name":"proxy"}': containerFields },
          'f:dnsPolicy': empty,
          'f:securityContext': { '.': empty, 'f:fsGroup': empty, 'f:runAsNonRoot': empty, 'f:runAsUser': empty },
          'f:volumes': {
            '.': empty,
            'k:{"name":"config"}': {
              '.': empty,
              'f:configMap': { '.': empty, 'f:defaultMode': empty, 'f:name': empty },
              'f:name': empty,
            },
          },
        },
      },
    },
    {
      manager: 'kubelet',
      operation: 'Update',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:status': {
          'f:conditions': empty,
          'f:containerStatuses': empty,
          'f:hostIP': empty,
          'f:phase': empty,
          'f:podIP': empty,
          'f:podIPs': { '.': empty, 'k:{"ip":"10.0.0.1"}': { '.': empty, 'f:ip': empty } },
          'f:startTime': empty,
        },
      },
      subresource: 'status',
    },
  ];
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function letters(random: () => number, length: number): string {
  return Array.from({ length }, () => 'bcdfghjklmnpqrstvwxz2456789'[Math.floor(random() * 27)]).join('');
}

function hex(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

function fixedHash(workload: number): string {
  return ((workload + 1) * 2654435761).toString(16).padStart(10, '0').slice(0, 10);
}

function uuid(random: () => number): string {
  const digits = hex(random, 32);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
}
