import type { ResourceRow } from '@pilothouse/contract';

/** One object of one cluster; the namespace is empty for cluster-scoped ones. */
export type ObjectRef = { cluster: string; resource: string; namespace: string; name: string };

export function refOf(resource: string, row: ResourceRow): ObjectRef {
  return { cluster: row.cluster, resource, namespace: row.namespace ?? '', name: row.name };
}

/** `cluster/namespace/name`, as the rows of a table are named. */
export function refId({ cluster, namespace, name }: ObjectRef): string {
  return `${cluster}/${namespace}/${name}`;
}

export function parseRefId(resource: string, id: string): ObjectRef | undefined {
  const [cluster, namespace, ...rest] = id.split('/');
  const name = rest.join('/');
  if (!cluster || namespace === undefined || !name) return undefined;
  return { cluster, resource, namespace, name };
}

/** As the API's paths and our own URLs want it. */
export function refParams({ cluster, resource, namespace, name }: ObjectRef) {
  return { cluster, resource, namespace: namespace || '-', name };
}

/** The command that shows the same in a terminal. A context is assumed to be called as the cluster is. */
export function kubectlCommand({ cluster, resource, namespace, name }: ObjectRef): string {
  const words = ['kubectl', '--context', cluster, ...(namespace ? ['-n', namespace] : []), 'get', resource, name];
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
