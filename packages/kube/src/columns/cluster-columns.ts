import { fieldsOf, listOf, numberOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { quantityNumber } from '../quantity/quantity.ts';
import { at, countOf, joined, namesOf } from './cells.ts';
import { ageColumn, type ColumnRule, column } from './table-column.ts';

function nodeStatus(node: KubeObject): string {
  const conditions = listOf(fieldsOf(node.status).conditions).map(fieldsOf);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const first = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return fieldsOf(node.spec).unschedulable === true ? `${first}, SchedulingDisabled` : first;
}

const rolePrefix = 'node-role.kubernetes.io/';

function nodeRoles(node: KubeObject): string | null {
  const labels = Object.entries(node.metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.slice(rolePrefix.length);
    return key === 'kubernetes.io/role' ? value : [];
  });
  return joined(roles.sort()) as string | null;
}

function nodeAddress(type: string): (node: KubeObject) => string | null {
  return (node) => {
    const found = listOf(fieldsOf(node.status).addresses)
      .map(fieldsOf)
      .find((each) => each.type === type);
    return textOf(found?.address) || null;
  };
}

function quantity(id: string, label: string, read: (object: KubeObject) => unknown, wide = false): ColumnRule {
  return column(id, label, (object) => quantityNumber(read(object)) ?? null, { type: 'quantity', wide });
}

const allocatable = (resource: string) => (node: KubeObject) => fieldsOf(fieldsOf(node.status).allocatable)[resource];

/** events.k8s.io names some fields anew and keeps the old ones beside them. */
function lastSeen(event: KubeObject): string | null {
  const series = fieldsOf(event.series);
  const times = [series.lastObservedTime, event.lastTimestamp, event.deprecatedLastTimestamp, event.eventTime];
  return times.map(textOf).find((time) => time !== '') ?? event.metadata.creationTimestamp ?? null;
}

function eventObject(event: KubeObject): string {
  const { kind, name } = fieldsOf(event.involvedObject ?? event.regarding);
  return `${textOf(kind).toLowerCase()}/${textOf(name)}`;
}

function eventCount(event: KubeObject): number {
  const count = numberOf(fieldsOf(event.series).count) || numberOf(event.count) || numberOf(event.deprecatedCount);
  return Math.max(1, count);
}

const events: readonly ColumnRule[] = [
  column('lastSeen', 'Last seen', lastSeen, { type: 'age' }),
  column('type', 'Type', (event) => textOf(event.type) || null),
  column('reason', 'Reason', (event) => textOf(event.reason) || null),
  column('object', 'Object', eventObject),
  column('message', 'Message', (event) => textOf(event.message) || textOf(event.note) || null),
  column('count', 'Count', eventCount, { type: 'number' }),
  column(
    'source',
    'Source',
    (event) =>
      textOf(fieldsOf(event.source).component) ||
      textOf(event.reportingComponent) ||
      textOf(event.reportingController) ||
      null,
    { wide: true },
  ),
  ageColumn(),
];

function roleRef(binding: KubeObject): string {
  const { kind, name } = fieldsOf(binding.roleRef);
  return `${textOf(kind)}/${textOf(name)}`;
}

function subjects(kind: string): (binding: KubeObject) => string | null {
  return (binding) => {
    const found = listOf(binding.subjects)
      .map(fieldsOf)
      .filter((each) => each.kind === kind);
    return joined(
      found.map(({ namespace, name }) => (textOf(namespace) ? `${textOf(namespace)}/${textOf(name)}` : textOf(name))),
    ) as string | null;
  };
}

const bindings: readonly ColumnRule[] = [
  column('role', 'Role', roleRef),
  ageColumn(),
  column('users', 'Users', subjects('User'), { wide: true }),
  column('groups', 'Groups', subjects('Group'), { wide: true }),
  column('serviceAccounts', 'Service accounts', subjects('ServiceAccount'), { wide: true }),
];

export const clusterColumns: Readonly<Record<string, readonly ColumnRule[]>> = {
  nodes: [
    column('status', 'Status', nodeStatus),
    column('roles', 'Roles', nodeRoles),
    ageColumn(),
    column('version', 'Version', at('status.nodeInfo.kubeletVersion')),
    quantity('cpu', 'CPU', allocatable('cpu')),
    quantity('memory', 'Memory', allocatable('memory')),
    quantity('pods', 'Pods', allocatable('pods'), true),
    column('internalIp', 'Internal IP', nodeAddress('InternalIP'), { wide: true }),
    column('externalIp', 'External IP', nodeAddress('ExternalIP'), { wide: true }),
    column('osImage', 'OS image', at('status.nodeInfo.osImage'), { wide: true }),
    column('kernel', 'Kernel', at('status.nodeInfo.kernelVersion'), { wide: true }),
    column('runtime', 'Container runtime', at('status.nodeInfo.containerRuntimeVersion'), { wide: true }),
  ],
  namespaces: [column('status', 'Status', at('status.phase')), ageColumn()],
  configmaps: [
    column('data', 'Data', (object) => countOf(object.data) + countOf(object.binaryData), { type: 'number' }),
    ageColumn(),
  ],
  secrets: [
    column('type', 'Type', (object) => textOf(object.type) || null),
    column('data', 'Data', (object) => countOf(object.data), { type: 'number' }),
    ageColumn(),
  ],
  serviceaccounts: [column('secrets', 'Secrets', (object) => countOf(object.secrets), { type: 'number' }), ageColumn()],
  events,
  'events.events.k8s.io': events,
  'rolebindings.rbac.authorization.k8s.io': bindings,
  'clusterrolebindings.rbac.authorization.k8s.io': bindings,
  'roles.rbac.authorization.k8s.io': [
    column('rules', 'Rules', (object) => countOf(object.rules), { type: 'number' }),
    ageColumn(),
  ],
  'clusterroles.rbac.authorization.k8s.io': [
    column('rules', 'Rules', (object) => countOf(object.rules), { type: 'number' }),
    ageColumn(),
  ],
  'priorityclasses.scheduling.k8s.io': [
    column('value', 'Value', (object) => numberOf(object.value), { type: 'number' }),
    column('globalDefault', 'Global default', (object) => object.globalDefault === true, { type: 'boolean' }),
    ageColumn(),
  ],
  'leases.coordination.k8s.io': [
    column('holder', 'Holder', at('spec.holderIdentity')),
    column('renewed', 'Renewed', at('spec.renewTime'), { type: 'age' }),
    ageColumn(),
  ],
  'customresourcedefinitions.apiextensions.k8s.io': [
    column('kind', 'Kind', at('spec.names.kind')),
    column('group', 'Group', at('spec.group')),
    column('scope', 'Scope', at('spec.scope')),
    column('versions', 'Versions', (object) => namesOf(fieldsOf(object.spec).versions)),
    ageColumn(),
  ],
  'apiservices.apiregistration.k8s.io': [
    column('service', 'Service', (object) => {
      const { namespace, name } = fieldsOf(fieldsOf(object.spec).service);
      return textOf(name) === '' ? 'Local' : `${textOf(namespace)}/${textOf(name)}`;
    }),
    column('available', 'Available', (object) => {
      const found = listOf(fieldsOf(object.status).conditions)
        .map(fieldsOf)
        .find(({ type }) => type === 'Available');
      return textOf(found?.status) || null;
    }),
    ageColumn(),
  ],
  resourcequotas: [
    column('hard', 'Hard', (object) => quotaText(fieldsOf(object.status).hard)),
    column('used', 'Used', (object) => quotaText(fieldsOf(object.status).used)),
    ageColumn(),
  ],
  limitranges: [
    column('limits', 'Limits', (object) => countOf(fieldsOf(object.spec).limits), { type: 'number' }),
    ageColumn(),
  ],
};

function quotaText(map: unknown): string | null {
  const pairs = Object.entries(fieldsOf(map)).map(([key, value]) => `${key}: ${String(value)}`);
  return pairs.length > 0 ? pairs.join(', ') : null;
}
