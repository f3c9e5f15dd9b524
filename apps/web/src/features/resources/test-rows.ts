import type { ResourceList, ResourceRow } from '@pilothouse/contract';

/** A row for tests: `shop/web-1` or just a name in the namespace `shop`. */
export function row(name: string, change: Partial<ResourceRow> = {}): ResourceRow {
  const cluster = change.cluster ?? 'prod';
  const namespace = change.namespace ?? 'shop';
  return {
    id: `${cluster}/${namespace}/${name}`,
    cluster,
    namespace,
    name,
    uid: `uid-${name}`,
    createdAt: '2026-01-01T00:00:00Z',
    health: { status: 'healthy', reason: 'Running', message: '' },
    cells: ['1/1', 0],
    ...change,
  };
}

export const testColumns: ResourceList['columns'] = [
  { id: 'ready', label: 'Ready', type: 'ratio', priority: 0 },
  { id: 'restarts', label: 'Restarts', type: 'number', priority: 0 },
];

export function list(items: ResourceRow[], change: Partial<ResourceList> = {}): ResourceList {
  return {
    resource: 'pods',
    kind: 'Pod',
    namespaced: true,
    columns: testColumns,
    items,
    total: items.length,
    health: { healthy: items.length },
    complete: true,
    failures: [],
    sources: [{ cluster: 'prod', phase: 'live' }],
    ...change,
  };
}
