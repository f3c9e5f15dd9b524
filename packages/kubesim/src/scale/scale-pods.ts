import type { KubeObject } from '@pilothouse/kube';

export type ScaleShape = {
  namespaces: number;
  nodes: number;
  /** Pods of one workload. */
  replicas: number;
};

const services = ['checkout', 'catalog', 'payments', 'search', 'frontend', 'orders', 'recommendations', 'inventory'];
const teams = ['storefront', 'platform', 'logistics', 'data'];
const hex = (value: number, length: number) => value.toString(16).padStart(length, '0').slice(-length);

/** Numbers that look random and are the same on every run. */
function mixed(value: number): number {
  let x = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

export function scaleNamespace(index: number): string {
  return `team-${String(index).padStart(3, '0')}`;
}

/**
 * Pod number `index` of a large cluster, with the bulk real pods have (about 6 KB of JSON): two containers with probes, environment and
 * resources, a projected token, tolerations, conditions, container statuses and the managedFields of two managers.
 */
export function scalePod(index: number, shape: ScaleShape, now: number): KubeObject {
  const workload = Math.floor(index / shape.replicas);
  const service = services[workload % services.length] ?? 'app';
  const namespace = scaleNamespace(workload % shape.namespaces);
  const random = mixed(index);
  const set = `${service}-${workload}-${hex(mixed(workload), 8)}${hex(workload, 2)}`;
  const started = new Date(now - (random % 864_000) * 1000);
  const facts: PodFacts = {
    name: `${set}-${hex(random, 5)}`,
    namespace,
    set,
    service,
    workload,
    team: teams[workload % teams.length] ?? 'platform',
    uid: `${hex(random, 8)}-${hex(index, 4)}-4${hex(index >> 4, 3)}-8${hex(random, 3)}-${hex(mixed(index + 7), 12)}`,
    node: `node-${String(random % shape.nodes).padStart(4, '0')}`,
    ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    started: `${started.toISOString().slice(0, 19)}Z`,
    failing: random % 97 === 0,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(facts),
    spec: specOf(facts),
    status: statusOf(facts),
  };
}

/** The ReplicaSet that owns the pods of workload number `workload`. */
export function scaleReplicaSet(workload: number, shape: ScaleShape, now: number): KubeObject {
  const { metadata, spec } = scalePod(workload * shape.replicas, shape, now) as KubeObject & { spec: object };
  const [owner] = metadata.ownerReferences ?? [];
  const labels = metadata.labels ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: owner?.name ?? '',
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      uid: owner?.uid ?? '',
      generation: 1,
      creationTimestamp: metadata.creationTimestamp ?? '',
      labels,
    },
    spec: { replicas: shape.replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    status: {
      replicas: shape.replicas,
      fullyLabeledReplicas: shape.replicas,
      readyReplicas: shape.replicas,
      availableReplicas: shape.replicas,
      observedGeneration: 1,
    },
  };
}

type PodFacts = {
  name: string;
  namespace: string;
  set: string;
  service: string;
  workload: number;
  team: string;
  uid: string;
  node: string;
  ip: string;
  started: string;
  failing: boolean;
};

function metadataOf(pod: PodFacts): KubeObject['metadata'] {
  const hash = pod.set.slice(pod.set.lastIndexOf('-') + 1);
  return {
    name: pod.name,
    generateName: `${pod.set}-`,
    namespace: pod.namespace,
    uid: pod.uid,
    generation: 1,
    creationTimestamp: pod.started,
    labels: {
      'app.kubernetes.io/name': pod.service,
      'app.kubernetes.io/instance': `${pod.service}-${pod.workload}`,
      'app.kubernetes.io/part-of': 'shop',
      team: pod.team,
      'pod-template-hash': hash,
    },
    annotations: {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9102',
      'kubectl.kubernetes.io/restartedAt': pod.started,
    },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: pod.set,
        uid: `${hex(mixed(pod.workload), 8)}-0000-4000-8000-${hex(pod.workload, 12)}`,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: managersOf(pod),
  };
}

const condition = {
  '.': {},
  'f:lastProbeTime': {},
  'f:lastTransitionTime': {},
  'f:status': {},
  'f:type': {},
};

function managersOf(pod: PodFacts): unknown[] {
  const labels = {
    'f:app.kubernetes.io/name': {},
    'f:app.kubernetes.io/instance': {},
    'f:pod-template-hash': {},
    'f:team': {},
  };
  const container = {
    '.': {},
    'f:env': { '.': {}, 'k:{"name":"LOG_LEVEL"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
    'f:image': {},
    'f:imagePullPolicy': {},
    'f:livenessProbe': { '.': {}, 'f:failureThreshold': {}, 'f:httpGet': { '.': {}, 'f:path': {}, 'f:port': {} } },
    'f:name': {},
    'f:resources': { '.': {}, 'f:limits': { '.': {}, 'f:memory': {} }, 'f:requests': { '.': {}, 'f:cpu': {} } },
  };
  return [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      time: pod.started,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:generateName': {}, 'f:labels': { '.': {}, ...labels }, 'f:ownerReferences': { '.': {} } },
        'f:spec': {
          'f:containers': { [`k:{"name":"${pod.service}"}`]: container },
          'f:dnsPolicy': {},
          'f:restartPolicy': {},
        },
      },
    },
    {
      manager: 'kubelet',
      operation: 'Update',
      apiVersion: 'v1',
      time: pod.started,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:status': {
          'f:conditions': {
            'k:{"type":"ContainersReady"}': condition,
            'k:{"type":"Initialized"}': condition,
            'k:{"type":"Ready"}': condition,
          },
          'f:containerStatuses': {},
          'f:hostIP': {},
          'f:phase': {},
          'f:podIP': {},
          'f:startTime': {},
        },
      },
      subresource: 'status',
    },
  ];
}

function specOf(pod: PodFacts): unknown {
  const mounts = [
    { name: 'cache', mountPath: '/var/cache/app' },
    { name: 'config', mountPath: '/etc/app', readOnly: true },
    { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
  ];
  const probe = (path: string) => ({
    httpGet: { path, port: 8080, scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return {
    volumes: [
      { name: 'cache', emptyDir: {} },
      { name: 'config', configMap: { name: `${pod.service}-config`, defaultMode: 420 } },
      {
        name: 'kube-api-access',
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [
      {
        name: pod.service,
        image: `registry.example.com/shop/${pod.service}:2.${pod.workload % 40}.1`,
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: [
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
          { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: `${pod.service}-database`, key: 'url' } } },
        ],
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        volumeMounts: mounts,
        livenessProbe: probe('/healthz'),
        readinessProbe: probe('/readyz'),
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
        securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
      {
        name: 'metrics',
        image: 'registry.example.com/platform/exporter:1.8.0',
        ports: [{ name: 'metrics', containerPort: 9102, protocol: 'TCP' }],
        resources: { requests: { cpu: '10m', memory: '32Mi' } },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: pod.service,
    serviceAccount: pod.service,
    nodeName: pod.node,
    securityContext: {},
    schedulerName: 'default-scheduler',
    tolerations: ['not-ready', 'unreachable'].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function statusOf(pod: PodFacts): unknown {
  const ready = pod.failing ? 'False' : 'True';
  const conditions = [
    ['PodReadyToStartContainers', 'True'],
    ['Initialized', 'True'],
    ['Ready', ready],
    ['ContainersReady', ready],
    ['PodScheduled', 'True'],
  ].map(([type, status]) => ({ type, status, lastProbeTime: null, lastTransitionTime: pod.started }));
  const state = pod.failing
    ? { waiting: { reason: 'CrashLoopBackOff', message: `back-off 5m0s restarting failed container=${pod.service}` } }
    : { running: { startedAt: pod.started } };
  const containerStatus = (name: string, image: string, own: unknown) => ({
    name,
    state: own,
    lastState: {},
    ready: own !== state || !pod.failing,
    restartCount: own === state && pod.failing ? 12 : 0,
    image,
    imageID: `${image.split(':')[0]}@sha256:${hex(mixed(pod.workload), 8).repeat(8)}`,
    containerID: `containerd://${pod.uid.replace(/-/g, '').repeat(2)}`,
    started: true,
  });
  return {
    phase: 'Running',
    conditions,
    hostIP: '192.0.2.10',
    hostIPs: [{ ip: '192.0.2.10' }],
    podIP: pod.ip,
    podIPs: [{ ip: pod.ip }],
    startTime: pod.started,
    containerStatuses: [
      containerStatus(pod.service, `registry.example.com/shop/${pod.service}:2.${pod.workload % 40}.1`, state),
      containerStatus('metrics', 'registry.example.com/platform/exporter:1.8.0', {
        running: { startedAt: pod.started },
      }),
    ],
    qosClass: 'Burstable',
  };
}
