import type { SourceFailure } from '@pilothouse/contract';
import type { Clock } from '@pilothouse/core';
import { type ClusterScope, type SourceOpener, settle, sourceFailureOf, visibleFailures } from './resource-sources.ts';
import { parseRowFilter } from './table/row-filter.ts';

export type NamespaceList = {
  items: { name: string; clusters: string[] }[];
  complete: boolean;
  failures: SourceFailure[];
};

const wait = 2000;

/** Namespace names over the clusters, for pickers. Where the cluster will not list them, those of the principal's own roles are shown. */
export async function listNamespaces(
  scopes: readonly ClusterScope[],
  deps: { opener: SourceOpener; clock: Clock },
): Promise<NamespaceList> {
  const opened = await deps.opener.open(scopes, 'namespaces', { filter: parseRowFilter({}), wait });
  try {
    const tables = opened.sources.map(({ lease }) => lease.table);
    await settle(tables, wait, deps.clock);
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
