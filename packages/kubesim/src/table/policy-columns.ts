import type { KubeObject } from '@pilothouse/kube';
import { age, ageColumn, column, nameColumn } from './column-factory.ts';
import type { TableColumn } from './table-column.ts';

type Value = number | string;
type Budget = KubeObject & {
  spec?: { minAvailable?: Value; maxUnavailable?: Value };
  status?: { disruptionsAllowed?: number };
};
type Binding = KubeObject & {
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
};
type Target = { type?: string; averageUtilization?: number; averageValue?: string; value?: string };
type MetricBody = { name?: string; metric?: { name: string }; target?: Target; current?: Target };
type Metric = { type: string; [body: string]: unknown };
type Autoscaler = KubeObject & {
  spec?: {
    scaleTargetRef?: { kind: string; name: string };
    minReplicas?: number;
    maxReplicas?: number;
    metrics?: Metric[];
    targetCPUUtilizationPercentage?: number;
  };
  status?: { currentReplicas?: number; currentMetrics?: Metric[]; currentCPUUtilizationPercentage?: number };
};

function subjectsOf(binding: Binding, kind: string): string {
  return (binding.subjects ?? [])
    .filter((one) => one.kind === kind)
    .map((one) => (kind === 'ServiceAccount' ? `${one.namespace ?? ''}/${one.name}` : one.name))
    .join(', ');
}

const bindingColumns: readonly TableColumn[] = [
  nameColumn,
  column('Role', (binding: Binding) => `${binding.roleRef?.kind ?? ''}/${binding.roleRef?.name ?? ''}`),
  ageColumn,
  column('Users', (binding: Binding) => subjectsOf(binding, 'User'), { wide: true }),
  column('Groups', (binding: Binding) => subjectsOf(binding, 'Group'), { wide: true }),
  column('ServiceAccounts', (binding: Binding) => subjectsOf(binding, 'ServiceAccount'), { wide: true }),
];

const roleColumns: readonly TableColumn[] = [
  nameColumn,
  column('Created At', (object) => object.metadata.creationTimestamp ?? '', { type: 'date' }),
];

function bodyOf(metric: Metric | undefined): MetricBody {
  if (metric === undefined) return {};
  const field = `${metric.type.charAt(0).toLowerCase()}${metric.type.slice(1)}`;
  return (metric[field] ?? {}) as MetricBody;
}

function metricText(wanted: Metric, current: Metric | undefined): string {
  const { name, target = {} } = bodyOf(wanted);
  const now = bodyOf(current).current ?? {};
  const label =
    (wanted.type === 'Resource' || wanted.type === 'ContainerResource') && name !== undefined ? `${name}: ` : '';
  if (target.averageUtilization !== undefined) {
    const value = now.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`;
    return `${label}${value}/${target.averageUtilization}%`;
  }
  if (target.averageValue !== undefined)
    return `${label}${now.averageValue ?? '<unknown>'}/${target.averageValue}${label === '' ? ' (avg)' : ''}`;
  return `${label}${now.value ?? '<unknown>'}/${target.value ?? '<auto>'}`;
}

function targets(object: Autoscaler): string {
  const { metrics, targetCPUUtilizationPercentage: cpu } = object.spec ?? {};
  if (metrics === undefined && cpu !== undefined) {
    const now = object.status?.currentCPUUtilizationPercentage;
    return `cpu: ${now === undefined ? '<unknown>' : `${now}%`}/${cpu}%`;
  }
  if (metrics === undefined || metrics.length === 0) return '<none>';
  const shown = metrics.slice(0, 2).map((metric, index) => metricText(metric, object.status?.currentMetrics?.[index]));
  return metrics.length > 2 ? `${shown.join(', ')} + ${metrics.length - 2} more...` : shown.join(', ');
}

function quotaText(object: KubeObject, kind: 'requests' | 'limits'): string {
  const { hard = {}, used = {} } = (object.status ?? {}) as {
    hard?: Record<string, string>;
    used?: Record<string, string>;
  };
  return Object.keys(hard)
    .sort()
    .filter((name) => name.startsWith('limits') === (kind === 'limits'))
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}

export const policyColumns: Readonly<Record<string, readonly TableColumn[]>> = {
  'poddisruptionbudgets.policy': [
    nameColumn,
    column('Min Available', (budget: Budget) => String(budget.spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', (budget: Budget) => String(budget.spec?.maxUnavailable ?? 'N/A')),
    column('Allowed Disruptions', (budget: Budget) => budget.status?.disruptionsAllowed ?? 0, { type: 'integer' }),
    ageColumn,
  ],
  'horizontalpodautoscalers.autoscaling': [
    nameColumn,
    column(
      'Reference',
      (object: Autoscaler) => `${object.spec?.scaleTargetRef?.kind ?? ''}/${object.spec?.scaleTargetRef?.name ?? ''}`,
    ),
    column('Targets', targets),
    column('MinPods', (object: Autoscaler) => String(object.spec?.minReplicas ?? '<unset>')),
    column('MaxPods', (object: Autoscaler) => object.spec?.maxReplicas ?? 0, { type: 'integer' }),
    column('Replicas', (object: Autoscaler) => object.status?.currentReplicas ?? 0, { type: 'integer' }),
    ageColumn,
  ],
  'rolebindings.rbac.authorization.k8s.io': bindingColumns,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingColumns,
  'roles.rbac.authorization.k8s.io': roleColumns,
  'clusterroles.rbac.authorization.k8s.io': roleColumns,
  resourcequotas: [
    nameColumn,
    ageColumn,
    column('Request', (object) => quotaText(object, 'requests')),
    column('Limit', (object) => quotaText(object, 'limits')),
  ],
  'flowschemas.flowcontrol.apiserver.k8s.io': [
    nameColumn,
    column('PriorityLevel', (object) => flow(object).priorityLevelConfiguration?.name ?? '<none>'),
    column('MatchingPrecedence', (object) => flow(object).matchingPrecedence ?? 1000, { type: 'integer' }),
    column('DistinguisherMethod', (object) => flow(object).distinguisherMethod?.type ?? '<none>'),
    ageColumn,
    column('MissingPL', missingLevel),
  ],
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': [
    nameColumn,
    column('Type', (object) => flow(object).type ?? ''),
    column('NominalConcurrencyShares', (object) => flow(object).limited?.nominalConcurrencyShares ?? '<none>'),
    column('Queues', (object) => queuing(object)?.queues ?? '<none>'),
    column('HandSize', (object) => queuing(object)?.handSize ?? '<none>'),
    column('QueueLengthLimit', (object) => queuing(object)?.queueLengthLimit ?? '<none>'),
    ageColumn,
  ],
  'priorityclasses.scheduling.k8s.io': [
    nameColumn,
    column('Value', (object) => Number(object.value ?? 0), { type: 'integer' }),
    column('Global-Default', (object) => object.globalDefault === true, { type: 'boolean' }),
    ageColumn,
    column('PreemptionPolicy', (object) => String(object.preemptionPolicy ?? '')),
  ],
  'leases.coordination.k8s.io': [
    nameColumn,
    column('Holder', (object) => (object.spec as { holderIdentity?: string } | undefined)?.holderIdentity ?? ''),
    ageColumn,
  ],
  'certificatesigningrequests.certificates.k8s.io': [
    nameColumn,
    ageColumn,
    column('SignerName', (object) => request(object).signerName ?? '<none>'),
    column('Requestor', (object) => request(object).username ?? ''),
    column('RequestedDuration', (object) => requestedDuration(request(object).expirationSeconds)),
    column('Condition', requestCondition),
  ],
  'apiservices.apiregistration.k8s.io': [
    nameColumn,
    column('Service', (object) => {
      const service = (object.spec as { service?: { namespace?: string; name?: string } } | undefined)?.service;
      return service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`;
    }),
    column('Available', availability),
    ageColumn,
  ],
  'customresourcedefinitions.apiextensions.k8s.io': [
    nameColumn,
    column('Created At', (object) => object.metadata.creationTimestamp ?? '', { type: 'date' }),
  ],
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhookColumns(),
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhookColumns(),
  'validatingadmissionpolicies.admissionregistration.k8s.io': [
    nameColumn,
    column(
      'Validations',
      (object) => ((object.spec as { validations?: unknown[] } | undefined)?.validations ?? []).length,
      { type: 'integer' },
    ),
    column('ParamKind', (object) => {
      const kind = (object.spec as { paramKind?: { apiVersion: string; kind: string } } | undefined)?.paramKind;
      return kind === undefined ? '<unset>' : `${kind.apiVersion}/${kind.kind}`;
    }),
    ageColumn,
  ],
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': [
    nameColumn,
    column('PolicyName', (object) => (object.spec as { policyName?: string } | undefined)?.policyName ?? ''),
    column('ParamRef', (object) => {
      const ref = (object.spec as { paramRef?: { namespace?: string; name?: string } } | undefined)?.paramRef;
      return ref === undefined
        ? '<unset>'
        : ref.namespace === undefined
          ? (ref.name ?? '')
          : `${ref.namespace}/${ref.name ?? '*'}`;
    }),
    ageColumn,
  ],
  'runtimeclasses.node.k8s.io': [nameColumn, column('Handler', (object) => String(object.handler ?? '')), ageColumn],
  limitranges: [
    nameColumn,
    column('Created At', (object) => object.metadata.creationTimestamp ?? '', { type: 'date' }),
  ],
};

type Flow = {
  priorityLevelConfiguration?: { name: string };
  matchingPrecedence?: number;
  distinguisherMethod?: { type: string };
  type?: string;
  limited?: {
    nominalConcurrencyShares?: number;
    limitResponse?: { queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number } };
  };
};

function flow(object: KubeObject): Flow {
  return (object.spec ?? {}) as Flow;
}

function queuing(object: KubeObject) {
  return flow(object).limited?.limitResponse?.queuing;
}

function missingLevel(object: KubeObject): string {
  const { conditions } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions?.find((one) => one.type === 'Dangling')?.status ?? '?';
}

function webhookColumns(): readonly TableColumn[] {
  return [
    nameColumn,
    column('Webhooks', (object) => ((object.webhooks as unknown[] | undefined) ?? []).length, { type: 'integer' }),
    ageColumn,
  ];
}

function request(object: KubeObject) {
  return (object.spec ?? {}) as { signerName?: string; username?: string; expirationSeconds?: number };
}

function requestedDuration(seconds: number | undefined): string {
  return seconds === undefined ? '<none>' : age(new Date(0).toISOString(), seconds * 1000);
}

function requestCondition(object: KubeObject): string {
  const status = (object.status ?? {}) as { certificate?: string; conditions?: { type: string }[] };
  const has = (type: string) => status.conditions?.some((one) => one.type === type) === true;
  const decided = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  const parts = [decided, ...(has('Failed') ? ['Failed'] : []), ...(status.certificate ? ['Issued'] : [])];
  return parts.join(',');
}

function availability(object: KubeObject): string {
  const conditions = (object.status as { conditions?: { type: string; status: string; reason?: string }[] } | undefined)
    ?.conditions;
  const available = conditions?.find((one) => one.type === 'Available');
  if (available === undefined) return 'Unknown';
  return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
}
