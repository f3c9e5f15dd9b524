import type { ResourceKind } from '@pilothouse/contract';

/** What can be done to objects of a kind, by discovery. Whether this person may is another question. */
export type Capabilities = {
  delete: boolean;
  scale: boolean;
  restart: boolean;
  logs: boolean;
  shell: boolean;
  edit: boolean;
};

const restartable: ReadonlySet<string> = new Set(['deployments.apps', 'statefulsets.apps', 'daemonsets.apps']);
const withPods: ReadonlySet<string> = new Set([
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'jobs.batch',
  'replicationcontrollers',
]);

export function capabilitiesOf(resource: string, kind: ResourceKind | undefined): Capabilities {
  const verbs = kind?.verbs ?? [];
  return {
    delete: verbs.includes('delete'),
    edit: verbs.includes('patch') || verbs.includes('update'),
    scale: kind?.subresources.includes('scale') ?? false,
    restart: restartable.has(resource),
    logs: withPods.has(resource),
    shell: resource === 'pods',
  };
}
