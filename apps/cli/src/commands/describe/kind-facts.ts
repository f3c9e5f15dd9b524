import type { KubeObject } from '@pilothouse/kube';
import { humanDuration } from '../../output/age.ts';

/** One line of a description: several values stand below each other; an empty one is left out. `painted` is text of ours, with colours. */
export type Fact = readonly [label: string, value: string | readonly string[] | { painted: string } | undefined];

type Part = Record<string, unknown>;

/** What a person asks of an object of this kind; undefined for a kind that has no entry, whose spec is then shown as it is. */
export function kindFacts(object: KubeObject, now: number): Fact[] | undefined {
  const facts = factsByKind[object.kind];
  return facts?.({ object, spec: part(object.spec), status: part(object.status), now });
}

type Input = { object: KubeObject; spec: Part; status: Part; now: number };

const factsByKind: Record<string, (input: Input) => Fact[]> = {
  Pod: ({ spec, status }) => [
    ['Phase', [text(status.phase), text(status.reason), text(status.message)].filter(Boolean).join(': ')],
    ['Node', [text(spec.nodeName), text(status.hostIP)].filter(Boolean).join(' ')],
    ['Pod IP', text(status.podIP)],
    ['QoS class', text(status.qosClass)],
    ['Priority', [text(spec.priorityClassName), text(spec.priority)].filter(Boolean).join(' ')],
    ['Service account', text(spec.serviceAccountName)],
    ['Node selector', pairList(spec.nodeSelector)],
    ['Volumes', list(spec.volumes).map(volumeText)],
  ],
  Deployment: (input) => [
    ...replicaFacts(input),
    ['Strategy', strategyText(part(input.spec.strategy))],
    ['Paused', input.spec.paused === true ? 'yes' : undefined],
  ],
  ReplicaSet: (input) => replicaFacts(input),
  StatefulSet: (input) => [
    ...replicaFacts(input),
    ['Service', text(input.spec.serviceName)],
    ['Update strategy', strategyText(part(input.spec.updateStrategy))],
    ['Claims', list(input.spec.volumeClaimTemplates).map((claim) => text(part(claim.metadata).name) ?? '')],
  ],
  DaemonSet: ({ spec, status }) => [
    ['Selector', selectorText(spec.selector)],
    [
      'Nodes',
      `${num(status.desiredNumberScheduled)} desired, ${num(status.updatedNumberScheduled)} updated, ${num(status.numberReady)} ready`,
    ],
    ['Update strategy', strategyText(part(spec.updateStrategy))],
  ],
  Job: ({ spec, status, now }) => [
    [
      'Completions',
      `${num(status.succeeded)} of ${num(spec.completions ?? 1)}, ${num(status.active)} active, ${num(status.failed)} failed`,
    ],
    ['Parallelism', text(spec.parallelism)],
    ['Back-off limit', text(spec.backoffLimit)],
    ['Suspended', spec.suspend === true ? 'yes' : undefined],
    ['Duration', spanText(status.startTime, status.completionTime, now)],
  ],
  CronJob: ({ spec, status }) => [
    ['Schedule', text(spec.schedule)],
    ['Time zone', text(spec.timeZone)],
    ['Suspended', spec.suspend === true ? 'yes' : undefined],
    ['Concurrency', text(spec.concurrencyPolicy)],
    ['Last schedule', text(status.lastScheduleTime)],
    ['Active', list(status.active).map((job) => `Job/${text(job.name)}`)],
  ],
  Service: ({ spec, status }) => [
    ['Type', text(spec.type)],
    ['Cluster IP', text(spec.clusterIP)],
    [
      'External',
      [
        ...list(part(status.loadBalancer).ingress).map((each) => text(each.ip) ?? text(each.hostname) ?? ''),
        text(spec.externalName) ?? '',
      ],
    ],
    ['Selector', pairList(spec.selector)],
    ['Ports', list(spec.ports).map(servicePortText)],
  ],
  Ingress: ({ spec, status }) => [
    ['Class', text(spec.ingressClassName)],
    ['Address', list(part(status.loadBalancer).ingress).map((each) => text(each.ip) ?? text(each.hostname) ?? '')],
    [
      'TLS',
      list(spec.tls).map(
        (each) => `${strings(each.hosts).join(', ')} from secret ${text(each.secretName) ?? '<none>'}`,
      ),
    ],
    ['Rules', list(spec.rules).flatMap(ingressRuleText)],
  ],
  Node: ({ object, spec, status }) => [
    [
      'Roles',
      Object.keys(object.metadata.labels ?? {})
        .filter((key) => key.startsWith('node-role.kubernetes.io/'))
        .map((key) => key.slice(24)),
    ],
    ['Schedulable', spec.unschedulable === true ? 'no (cordoned)' : 'yes'],
    [
      'Taints',
      list(spec.taints).map(
        (taint) => `${text(taint.key)}${taint.value ? `=${text(taint.value)}` : ''}:${text(taint.effect)}`,
      ),
    ],
    ['Addresses', list(status.addresses).map((each) => `${text(each.type)} ${text(each.address)}`)],
    ['Capacity', pairList(status.capacity)],
    ['Allocatable', pairList(status.allocatable)],
    [
      'System',
      ['kubeletVersion', 'osImage', 'kernelVersion', 'containerRuntimeVersion'].map(
        (key) => text(part(status.nodeInfo)[key]) ?? '',
      ),
    ],
  ],
  PersistentVolumeClaim: ({ spec, status }) => [
    ['Phase', text(status.phase)],
    ['Volume', text(spec.volumeName)],
    ['Storage class', text(spec.storageClassName)],
    ['Access modes', strings(spec.accessModes).join(', ')],
    ['Requested', text(part(part(spec.resources).requests).storage)],
    ['Capacity', text(part(status.capacity).storage)],
  ],
  PersistentVolume: ({ spec, status }) => [
    ['Phase', text(status.phase)],
    ['Claim', claimText(part(spec.claimRef))],
    ['Storage class', text(spec.storageClassName)],
    ['Reclaim policy', text(spec.persistentVolumeReclaimPolicy)],
    ['Access modes', strings(spec.accessModes).join(', ')],
    ['Capacity', text(part(spec.capacity).storage)],
  ],
  ConfigMap: ({ object }) => [
    ['Data', Object.entries(part(object.data)).map(([key, value]) => `${key} (${String(value).length} characters)`)],
    ['Binary data', Object.keys(part(object.binaryData))],
  ],
  Secret: ({ object }) => [
    ['Type', text(object.type)],
    [
      'Data',
      Object.entries(part(object.data)).map(([key, value]) =>
        typeof value === 'number' ? `${key} (${value} bytes)` : key,
      ),
    ],
  ],
  Namespace: ({ status }) => [['Phase', text(status.phase)]],
  HorizontalPodAutoscaler: ({ spec, status }) => [
    ['Target', `${text(part(spec.scaleTargetRef).kind)}/${text(part(spec.scaleTargetRef).name)}`],
    [
      'Replicas',
      `${num(status.currentReplicas)} now, ${num(status.desiredReplicas)} desired, ${num(spec.minReplicas ?? 1)} to ${num(spec.maxReplicas)}`,
    ],
  ],
};

function replicaFacts({ spec, status }: Input): Fact[] {
  return [
    ['Selector', selectorText(spec.selector)],
    [
      'Replicas',
      `${num(spec.replicas ?? 1)} desired, ${num(status.updatedReplicas ?? status.replicas)} updated, ${num(status.readyReplicas)} ready, ${num(status.availableReplicas)} available`,
    ],
  ];
}

export function part(value: unknown): Part {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Part) : {};
}

export function list(value: unknown): Part[] {
  return Array.isArray(value) ? value.map(part) : [];
}

export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function text(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const num = (value: unknown): number => (typeof value === 'number' ? value : 0);

export function pairList(value: unknown): string[] {
  return Object.entries(part(value)).map(([key, each]) => `${key}=${text(each) ?? ''}`);
}

function selectorText(selector: unknown): string {
  const expressions = list(part(selector).matchExpressions).map(
    (each) =>
      `${text(each.key)} ${text(each.operator)}${strings(each.values).length > 0 ? ` (${strings(each.values).join(', ')})` : ''}`,
  );
  return [...pairList(part(selector).matchLabels), ...expressions].join(', ');
}

function strategyText(strategy: Part): string | undefined {
  const rolling = part(strategy.rollingUpdate);
  const limits = Object.entries(rolling).map(([key, value]) => `${key} ${text(value)}`);
  return [text(strategy.type), limits.length > 0 ? `(${limits.join(', ')})` : undefined].filter(Boolean).join(' ');
}

function volumeText(volume: Part): string {
  const [type = 'unknown', source] = Object.entries(volume).find(([key]) => key !== 'name') ?? [];
  const from = part(source);
  const what = text(from.name) ?? text(from.secretName) ?? text(from.claimName) ?? text(from.path);
  return `${text(volume.name)}: ${type}${what ? ` ${what}` : ''}`;
}

function servicePortText(port: Part): string {
  const node = port.nodePort ? `, node port ${text(port.nodePort)}` : '';
  return `${port.name ? `${text(port.name)}: ` : ''}${text(port.port)}/${text(port.protocol) ?? 'TCP'} to ${text(port.targetPort) ?? text(port.port)}${node}`;
}

function ingressRuleText(rule: Part): string[] {
  return list(part(rule.http).paths).map((path) => {
    const service = part(part(path.backend).service);
    const port = text(part(service.port).number) ?? text(part(service.port).name);
    return `${text(rule.host) ?? '*'}${text(path.path) ?? '/'} to ${text(service.name) ?? '<none>'}${port ? `:${port}` : ''}`;
  });
}

function claimText(claim: Part): string | undefined {
  return claim.name ? `${text(claim.namespace)}/${text(claim.name)}` : undefined;
}

function spanText(from: unknown, to: unknown, now: number): string | undefined {
  const start = Date.parse(String(from));
  if (Number.isNaN(start)) return undefined;
  const end = Date.parse(String(to));
  return Number.isNaN(end) ? `${humanDuration(now - start)} so far` : humanDuration(end - start);
}
