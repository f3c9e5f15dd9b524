import { fieldsOf, listOf, numberOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { at, countAt, countOf, pairsText, scalar, selectorText, templateContainers } from './cells.ts';
import { ageColumn, type ColumnRule, column } from './table-column.ts';

function readyOf(desired: (object: KubeObject) => number, readyField: string): ColumnRule {
  const read = (object: KubeObject): string => `${numberOf(fieldsOf(object.status)[readyField])}/${desired(object)}`;
  return column('ready', 'Ready', read, { type: 'ratio' });
}

const replicas = (object: KubeObject): number => numberOf(fieldsOf(object.spec).replicas, 1);

function number(id: string, label: string, path: string): ColumnRule {
  return column(id, label, countAt(path), { type: 'number' });
}

const containers = (path = 'spec.template.spec'): ColumnRule[] => [
  column('containers', 'Containers', templateContainers(path, 'name'), { wide: true }),
  column('images', 'Images', templateContainers(path, 'image'), { wide: true }),
];
const selector = column('selector', 'Selector', (object) => selectorText(fieldsOf(object.spec).selector), {
  wide: true,
});
const replicaSet: readonly ColumnRule[] = [
  number('desired', 'Desired', 'spec.replicas'),
  number('current', 'Current', 'status.replicas'),
  number('ready', 'Ready', 'status.readyReplicas'),
  ageColumn(),
  ...containers(),
];

function jobStatus(job: KubeObject): string {
  const holds = (type: string): boolean =>
    listOf(fieldsOf(job.status).conditions).some((item) => {
      const condition = fieldsOf(item);
      return condition.type === type && condition.status === 'True';
    });
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

function completions(job: KubeObject): string {
  const { completions: wanted, parallelism } = fieldsOf(job.spec);
  const done = numberOf(fieldsOf(job.status).succeeded);
  if (typeof wanted === 'number') return `${done}/${wanted}`;
  return numberOf(parallelism, 1) > 1 ? `${done}/1 of ${numberOf(parallelism)}` : `${done}/1`;
}

/** Seconds from start to completion; null while it runs, so that the cell does not change by itself. */
function duration(job: KubeObject): number | null {
  const { startTime, completionTime } = fieldsOf(job.status);
  const seconds = (Date.parse(textOf(completionTime)) - Date.parse(textOf(startTime))) / 1000;
  return Number.isNaN(seconds) ? null : seconds;
}

function autoscalerTarget(object: KubeObject): string {
  const { kind, name } = fieldsOf(fieldsOf(object.spec).scaleTargetRef);
  return `${textOf(kind)}/${textOf(name)}`;
}

/** Current processor use of the target, which autoscaling/v1 reports directly and v2 among its metrics. */
function autoscalerUse(field: 'current' | 'target'): (object: KubeObject) => number | null {
  return (object) => {
    const part = fieldsOf(field === 'current' ? object.status : object.spec);
    const plain = part[field === 'current' ? 'currentCPUUtilizationPercentage' : 'targetCPUUtilizationPercentage'];
    if (typeof plain === 'number') return plain;
    const metrics = listOf(part[field === 'current' ? 'currentMetrics' : 'metrics']).map((item) =>
      fieldsOf(fieldsOf(item).resource),
    );
    const cpu = metrics.find(({ name }) => name === 'cpu');
    const use = scalar(fieldsOf(cpu?.[field]).averageUtilization ?? cpu?.[`${field}AverageUtilization`]);
    return typeof use === 'number' ? use : null;
  };
}

export const workloadColumns: Readonly<Record<string, readonly ColumnRule[]>> = {
  'deployments.apps': [
    readyOf(replicas, 'readyReplicas'),
    number('upToDate', 'Up-to-date', 'status.updatedReplicas'),
    number('available', 'Available', 'status.availableReplicas'),
    ageColumn(),
    ...containers(),
    selector,
  ],
  'statefulsets.apps': [readyOf(replicas, 'readyReplicas'), ageColumn(), ...containers()],
  'daemonsets.apps': [
    number('desired', 'Desired', 'status.desiredNumberScheduled'),
    number('current', 'Current', 'status.currentNumberScheduled'),
    number('ready', 'Ready', 'status.numberReady'),
    number('upToDate', 'Up-to-date', 'status.updatedNumberScheduled'),
    number('available', 'Available', 'status.numberAvailable'),
    column('nodeSelector', 'Node selector', (object) =>
      pairsText(fieldsOf(fieldsOf(fieldsOf(fieldsOf(object.spec).template).spec)).nodeSelector),
    ),
    ageColumn(),
    ...containers(),
    selector,
  ],
  'replicasets.apps': [...replicaSet, selector],
  replicationcontrollers: [
    ...replicaSet,
    column('selector', 'Selector', (object) => pairsText(fieldsOf(object.spec).selector), { wide: true }),
  ],
  'jobs.batch': [
    column('status', 'Status', jobStatus),
    column('completions', 'Completions', completions, { type: 'ratio' }),
    column('duration', 'Duration (s)', duration, { type: 'number' }),
    ageColumn(),
    ...containers(),
    selector,
  ],
  'cronjobs.batch': [
    column('schedule', 'Schedule', at('spec.schedule')),
    column('timeZone', 'Time zone', at('spec.timeZone'), { wide: true }),
    column('suspend', 'Suspend', (object) => fieldsOf(object.spec).suspend === true, { type: 'boolean' }),
    column('active', 'Active', (object) => countOf(fieldsOf(object.status).active), { type: 'number' }),
    column('lastSchedule', 'Last schedule', at('status.lastScheduleTime'), { type: 'age' }),
    ageColumn(),
    ...containers('spec.jobTemplate.spec.template.spec'),
  ],
  'horizontalpodautoscalers.autoscaling': [
    column('reference', 'Reference', autoscalerTarget),
    column('currentCpu', 'CPU', autoscalerUse('current'), { type: 'percent' }),
    column('targetCpu', 'CPU target', autoscalerUse('target'), { type: 'percent' }),
    number('minPods', 'Min pods', 'spec.minReplicas'),
    number('maxPods', 'Max pods', 'spec.maxReplicas'),
    number('replicas', 'Replicas', 'status.currentReplicas'),
    ageColumn(),
  ],
  'poddisruptionbudgets.policy': [
    column('minAvailable', 'Min available', at('spec.minAvailable')),
    column('maxUnavailable', 'Max unavailable', at('spec.maxUnavailable')),
    number('allowedDisruptions', 'Allowed disruptions', 'status.disruptionsAllowed'),
    ageColumn(),
  ],
};
