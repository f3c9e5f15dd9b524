import { afterAll, beforeAll, expect, it } from 'vitest';
import { container, createRealWorld, describeReal, eventually, idle, pod, type RealWorld } from './real-world.ts';

const template = (name: string) =>
  `{metadata: {labels: {app: ${name}}}, spec: {terminationGracePeriodSeconds: 0, containers: [${container(idle)}]}}`;
const jobTemplate = `{spec: {restartPolicy: Never, containers: [${container('true')}]}}`;

const everything = `
${pod('ready', idle)}
---
${pod('fails', 'exit 1', '  restartPolicy: Never')}
---
${pod('done', 'true', '  restartPolicy: Never')}
---
${pod('pending', 'true', '  nodeSelector: {no: such}')}
---
${pod('starts', idle, `  initContainers: [${container('exit 4').replace('main', 'first')}]`)}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: ${template('web')}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: db, selector: {matchLabels: {app: db}}, template: ${template('db')}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: agent}}, template: ${template('agent')}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {template: ${jobTemplate}}}
---
{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: "0 3 * * *", suspend: true, jobTemplate: {spec: {template: ${jobTemplate}}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: plain}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: headless}, spec: {clusterIP: None, selector: {app: db}, ports: [{name: a, port: 80}, {name: b, port: 53, protocol: UDP}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: node-port}, spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: outside}, spec: {type: ExternalName, externalName: example.org}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "1", b: "2"}, binaryData: {c: AAAA}}
---
{apiVersion: v1, kind: Secret, metadata: {name: door}, type: Opaque, data: {key: c2VzYW1l}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader}, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: reader}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}, subjects: [{kind: ServiceAccount, name: robot}]}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: front}, spec: {rules: [{host: a.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: plain, port: {number: 80}}}}]}}]}}
---
{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {minReplicas: 1, maxReplicas: 4, targetCPUUtilizationPercentage: 50, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}
---
{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed}, spec: {podSelector: {matchLabels: {app: db}}}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: small}, spec: {hard: {services: "20"}}}
`;

type Table = { header: string[]; rows: string[][] };

/** The cells of a printed table: a column begins where its title does, as kubectl aligns them. */
function parse(text: string): Table {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const starts = [...first.matchAll(/(?<=^| {2})\S/g)].map(({ index }) => index);
  const cut = (line: string) => starts.map((start, index) => line.slice(start, starts[index + 1]).trim());
  return { header: cut(first), rows: lines.map(cut) };
}

/**
 * Columns that only one of both has, or that each fills from another field. Each is a decision: what is not listed here has to be equal.
 * Written as titles are compared: letters only.
 */
const apart: Record<string, { columns: string[]; why: string }> = {
  '*': {
    columns: ['AGE', 'DURATION', 'CREATEDAT'],
    why: 'Times are read at two moments; of all kinds we show the age.',
  },
  jobs: {
    columns: ['STATUS', 'DURATIONS'],
    why: 'We show the status as newer kubectls do, and the duration as a number to sort by.',
  },
  persistentvolumeclaims: { columns: ['ACCESSMODES'], why: 'We show what an unbound claim asks for, kubectl nothing.' },
  roles: { columns: ['RULES'], why: 'We count the rules.' },
  clusterroles: { columns: ['RULES'], why: 'We count the rules.' },
  horizontalpodautoscalers: {
    columns: ['TARGETS', 'CPU', 'CPUTARGET'],
    why: 'We show usage and target as two numbers to sort by.',
  },
  networkpolicies: { columns: ['TYPES'], why: 'We show the directions.' },
  resourcequotas: {
    columns: ['REQUEST', 'LIMIT', 'HARD', 'USED'],
    why: 'We show used and hard side by side for every resource.',
  },
  nodes: { columns: ['CPU', 'MEMORY'], why: 'We show the capacity.' },
};

describeReal('what we print and what kubectl prints', () => {
  let world: RealWorld;
  let serverIsOld: boolean;
  beforeAll(async () => {
    world = await createRealWorld();
    await world.make(everything);
    const { serverVersion } = JSON.parse((await world.kube('version', '-o', 'json')).stdout);
    // A CustomResourceDefinition makes an API server of 1.20 built with a later Go crash (modern-go/reflect2 < 1.0.2 iterates maps wrongly).
    serverIsOld = Number.parseInt(serverVersion.minor, 10) <= 20 && !/^go1\.1[0-7]\b/.test(serverVersion.goVersion);
    await eventually(
      () => world.kube('get', 'pods', '--no-headers'),
      ({ stdout }) =>
        /^done .*Completed/m.test(stdout) && /^fails .*Error/m.test(stdout) && /^ready +1\/1/m.test(stdout),
      90_000,
    );
    await eventually(
      () => world.kube('get', 'deploy,statefulset,job', '--no-headers'),
      ({ stdout }) => /web +2\/2/.test(stdout) && /db +1\/1/.test(stdout) && /once +1\/1/.test(stdout),
      90_000,
    );
  });
  afterAll(() => world?.stop());

  const kinds = [
    ...['pods', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'services'],
    ...['endpoints', 'configmaps', 'secrets', 'persistentvolumeclaims', 'serviceaccounts', 'roles', 'rolebindings'],
    ...['ingresses', 'horizontalpodautoscalers', 'poddisruptionbudgets', 'networkpolicies', 'resourcequotas'],
    ...['nodes', 'namespaces', 'clusterroles', 'storageclasses', 'persistentvolumes'],
  ];

  it.each(kinds)('agree on %s', async (kind) => {
    await agree(kind);
  });

  it('agree on a custom resource with printer columns', async ({ skip }) => {
    if (serverIsOld) skip('this API server crashes on custom resources');
    const group = `${world.namespace}.example.org`;
    const column = (name: string, type: string, jsonPath: string) => ({ name, type, jsonPath });
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `boats.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'boats', singular: 'boat', kind: 'Boat' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            additionalPrinterColumns: [
              column('Sails', 'integer', '.spec.sails'),
              column('Port', 'string', '.spec.port'),
              column('Age', 'date', '.metadata.creationTimestamp'),
            ],
          },
        ],
      },
    };
    try {
      await world.make(JSON.stringify(definition));
      await world.kube('wait', '--for=condition=Established', `crd/boats.${group}`, '--timeout=20s');
      const boat = {
        apiVersion: `${group}/v1`,
        kind: 'Boat',
        metadata: { name: 'ann' },
        spec: { sails: 3, port: 'Kiel' },
      };
      await eventually(
        () => world.kubeWith('kube', ['-n', world.namespace, 'create', '-f', '-'], { input: JSON.stringify(boat) }),
        ({ code }) => code === 0,
      );
      await eventually(
        () => world.cli('get', `boats.${group}`, '-n', world.namespace),
        ({ code, stdout }) => code === 0 && stdout.includes('Kiel'),
        60_000,
      );
      await agree(`boats.${group}`);
    } finally {
      await world.kube('delete', 'crd', `boats.${group}`);
    }
  });

  async function agree(kind: string): Promise<void> {
    const read = async () => {
      const [theirs, ours] = await Promise.all([
        world.kube('get', kind),
        world.cli('get', kind, '-n', world.namespace, '--sort', 'name'),
      ]);
      return { theirs: comparable(kind, parse(theirs.stdout)), ours: comparable(kind, parse(ours.stdout)) };
    };
    // Both are read while the cluster goes on; what differs once is read again.
    const { ours, theirs } = await eventually(
      read,
      (seen) => JSON.stringify(seen.ours) === JSON.stringify(seen.theirs),
      4000,
    ).catch(read);
    expect(ours).toEqual(theirs);
  }
});

/** kubectl joins with "," and leaves out, or writes N/A or <unknown>, what we write as <none>; a boolean is True or true by kind. */
function cellText(text: string): string {
  const plain = text.replaceAll(', ', ',');
  if (['<none>', '<unknown>', 'N/A'].includes(plain)) return '';
  return /^(true|false)$/i.test(plain) ? plain.toLowerCase() : plain;
}

function comparable(kind: string, { header, rows }: Table): Record<string, string>[] {
  const left = [apart['*'], apart[kind]].flatMap((listed) => listed?.columns ?? []);
  const titles = header.map((title) => title.replace(/[^A-Z]/g, ''));
  return rows
    .map((cells) =>
      Object.fromEntries(
        titles.flatMap((title, index) => (left.includes(title) ? [] : [[title, cellText(cells[index] ?? '')]])),
      ),
    )
    .sort((a, b) => ((a.NAME ?? '') < (b.NAME ?? '') ? -1 : 1));
}
