import type { SourceFailure } from '@pilothouse/contract';
import { type ClusterScope, type SourceOpener, sourceFailureOf, visibleFailures } from './resource-sources.ts';
import { parseRowFilter } from './table/row-filter.ts';

export type NamespaceList = {
  items: { name: string; clusters: string[] }[];
  complete: boolean;
  failures: SourceFailure[];
};

const wait = 2000;

/** Namespace names over the clusters, for pickers. Where the cluster will not list them, those of the principal's own roles are shown. */
export async function listNamespaces(scopes: readonly ClusterScope[], opener: SourceOpener): Promise<NamespaceList> {
  const opened = await opener.open(scopes, 'namespaces', { filter: parseRowFilter({}), wait, settled: true });
  try {
    const tables = opened.sources.map(({ lease }) => lease.table);
    const clustersOf = new Map<string, Set<string>>();
    const add = (name: string, cluster: string) =>
      clustersOf.set(name, (clustersOf.get(name) ?? new Set()).add(cluster));
    for (const { lease, filter } of opened.sources)
      for (const row of lease.table.rows()) if (!filter || filter.matches(row)) add(row.name, row.source.cluster);
    for (const scope of scopes)
      if (scope.namespaces !== 'all') for (const name of scope.namespaces) add(name, scope.name);
    const failures = [...visibleFailures(opened, scopes), ...tables.flatMap((table) => sourceFailureOf(table) ?? [])];
    return {
      items: [...clustersOf]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, clusters]) => ({ name, clusters: [...clusters].sort() })),
      complete: failures.length === 0 && tables.every((table) => table.cache.state.phase !== 'syncing'),
      failures,
    };
  } finally {
    for (const { lease } of opened.sources) lease.release();
  }
}
