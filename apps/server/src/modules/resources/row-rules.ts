import type { ResourceType } from '@pilothouse/kube';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import type { RowRules } from './table/table-row.ts';

/** Columns, cells and health of one resource as one cluster serves it. */
export function rowRulesOf(_cluster: OpenCluster, _type: ResourceType): RowRules {
  return {
    columns: [{ id: 'age', label: 'Age', type: 'age', priority: 0 }],
    cells: (object) => [object.metadata.creationTimestamp ?? null],
    health: () => ({ health: { status: 'unknown', reason: 'NoStatusRule', message: '' } }),
  };
}
