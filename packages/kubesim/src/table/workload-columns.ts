import type { KubeObject } from '@pilothouse/kube';
import { age, ageColumn, column, humanDuration, nameColumn } from './column-factory.ts';
import { selectorText } from './selector-text.ts';
import type { TableColumn } from './table-column.ts';

type Template = { spec?: { containers?: { name: string; image?: string }[] } };
type Workload = KubeObject & {
  spec?: {
    replicas?: number;
    selector?: Parameters<typeof selectorText>[0];
    template?: Template;
    completions?: number;
    parallelism?: number;
    schedule?: string;
    timeZone?: string;
    suspend?: boolean;
    jobTemplate?: { spec?: { template?: Template } };
  };
  status?: Record<string, unknown> & {
    conditions?: { type: string; status: string }[];
    startTime?: string;
    completionTime?: string;
    lastScheduleTime?: string;
    active?: unknown;
  };
};

/** Container names and images, as `-o wide` lists them. */
function containerColumns(template: (object: Workload) => Template | undefined): TableColumn[] {
  const containers = (object: Workload) => template(object)?.spec?.containers ?? [];
  return [
    column(
      'Containers',
      (object: Workload) =>
        containers(object)
          .map((one) => one.name)
          .join(','),
      { wide: true },
    ),
    column(
      'Images',
      (object: Workload) =>
        containers(object)
          .map((one) => one.image ?? '')
          .join(','),
      { wide: true },
    ),
  ];
}

const ofTemplate = containerColumns((object) => object.spec?.template);
const selectorColumn = column('Selector', (object: Workload) => selectorText(object.spec?.selector), { wide: true });
const count = (object: Workload, field: string) => Number(object.status?.[field] ?? 0);
const numberColumn = (name: string, read: (object: Workload) => number) => column(name, read, { type: 'integer' });

const replicaColumns: readonly TableColumn[] = [
  nameColumn,
  numberColumn('Desired', (object) => object.spec?.replicas ?? 0),
  numberColumn('Current', (object) => count(object, 'replicas')),
  numberColumn('Ready', (object) => count(object, 'readyReplicas')),
  ageColumn,
  ...ofTemplate,
  selectorColumn,
];

export const workloadColumns: Readonly<Record<string, readonly TableColumn[]>> = {
  'deployments.apps': [
    nameColumn,
    column('Ready', (object: Workload) => `${count(object, 'readyReplicas')}/${object.spec?.replicas ?? 0}`),
    numberColumn('Up-to-date', (object) => count(object, 'updatedReplicas')),
    numberColumn('Available', (object) => count(object, 'availableReplicas')),
    ageColumn,
    ...ofTemplate,
    selectorColumn,
  ],
  'replicasets.apps': replicaColumns,
  replicationcontrollers: replicaColumns,
  'statefulsets.apps': [
    nameColumn,
    column('Ready', (object: Workload) => `${count(object, 'readyReplicas')}/${object.spec?.replicas ?? 0}`),
    ageColumn,
    ...ofTemplate,
  ],
  'daemonsets.apps': [
    nameColumn,
    numberColumn('Desired', (object) => count(object, 'desiredNumberScheduled')),
    numberColumn('Current', (object) => count(object, 'currentNumberScheduled')),
    numberColumn('Ready', (object) => count(object, 'numberReady')),
    numberColumn('Up-to-date', (object) => count(object, 'updatedNumberScheduled')),
    numberColumn('Available', (object) => count(object, 'numberAvailable')),
    column('Node Selector', (object: Workload) => nodeSelector(object)),
    ageColumn,
    ...ofTemplate,
    selectorColumn,
  ],
  'jobs.batch': [
    nameColumn,
    column('Status', (object: Workload) => jobStatus(object)),
    column('Completions', (object: Workload) => completions(object)),
    column('Duration', (object: Workload, { now }) => jobDuration(object, now)),
    ageColumn,
    ...ofTemplate,
    selectorColumn,
  ],
  'cronjobs.batch': [
    nameColumn,
    column('Schedule', (object: Workload) => object.spec?.schedule ?? ''),
    column('Timezone', (object: Workload) => object.spec?.timeZone ?? '<none>'),
    column('Suspend', (object: Workload) => (object.spec?.suspend === true ? 'True' : 'False')),
    numberColumn('Active', (object) => (Array.isArray(object.status?.active) ? object.status.active.length : 0)),
    column('Last Schedule', (object: Workload, { now }) => {
      const last = object.status?.lastScheduleTime;
      return last === undefined ? '<none>' : age(last, now);
    }),
    ageColumn,
    ...containerColumns((object) => object.spec?.jobTemplate?.spec?.template),
    column('Selector', () => '<none>', { wide: true }),
  ],
  'controllerrevisions.apps': [
    nameColumn,
    column('Controller', (object) => controllerOf(object)),
    column('Revision', (object) => Number(object.revision ?? 0), { type: 'integer' }),
    ageColumn,
  ],
  podtemplates: [
    nameColumn,
    column('Containers', (object) =>
      templateOf(object)
        .map((one) => one.name)
        .join(','),
    ),
    column('Images', (object) =>
      templateOf(object)
        .map((one) => one.image ?? '')
        .join(','),
    ),
    column('Pod Labels', (object) =>
      labelText((object.template as { metadata?: KubeObject['metadata'] } | undefined)?.metadata?.labels),
    ),
  ],
};

function templateOf(object: KubeObject) {
  return (object.template as Template | undefined)?.spec?.containers ?? [];
}

function labelText(labels: Record<string, string> | undefined): string {
  const text = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return text.length === 0 ? '<none>' : text.sort().join(',');
}

function nodeSelector(object: Workload): string {
  return labelText(
    (object.spec?.template?.spec as { nodeSelector?: Record<string, string> } | undefined)?.nodeSelector,
  );
}

function controllerOf(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return '<none>';
  const slash = owner.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

function has(object: Workload, type: string): boolean {
  return object.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
}

function jobStatus(object: Workload): string {
  if (has(object, 'Complete')) return 'Complete';
  if (has(object, 'Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has(object, 'Suspended')) return 'Suspended';
  if (has(object, 'FailureTarget')) return 'FailureTarget';
  return has(object, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completions(object: Workload): string {
  const done = count(object, 'succeeded');
  const { completions: wanted, parallelism = 0 } = object.spec ?? {};
  if (wanted !== undefined) return `${done}/${wanted}`;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration(object: Workload, now: number): string {
  const { startTime, completionTime } = object.status ?? {};
  if (startTime === undefined) return '';
  return humanDuration((completionTime === undefined ? now : Date.parse(completionTime)) - Date.parse(startTime));
}
