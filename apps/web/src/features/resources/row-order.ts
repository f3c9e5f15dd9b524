import type { Cell, ResourceRow, TableColumn } from '@pilothouse/contract';
import { healthStatuses } from '@pilothouse/core';
import type { Sort } from '../../design/table/table-column.ts';

export type CompareRows = (a: ResourceRow, b: ResourceRow) => number;

/** The order that the server sorts by, for putting live rows where the next page would have them. */
export function rowOrder(sort: Sort | undefined, columns: readonly TableColumn[]): CompareRows {
  const term = sort && termOf(sort, columns);
  return (a, b) => {
    const first = term ? term(a, b) : 0;
    return (
      first ||
      compareCells(a.namespace ?? '', b.namespace ?? '', false) ||
      compareCells(a.name, b.name, false) ||
      compareCells(a.cluster, b.cluster, false)
    );
  };
}

function termOf({ id, descending }: Sort, columns: readonly TableColumn[]): CompareRows {
  const index = columns.findIndex((column) => column.id === id);
  switch (id) {
    case 'name':
      return (a, b) => compareCells(a.name, b.name, descending);
    case 'namespace':
      return (a, b) => compareCells(a.namespace ?? '', b.namespace ?? '', descending);
    case 'cluster':
      return (a, b) => compareCells(a.cluster, b.cluster, descending);
    case 'health':
      return (a, b) => compareCells(rank(a), rank(b), descending);
    case 'age':
      return (a, b) => compareCells(a.createdAt ?? null, b.createdAt ?? null, !descending);
    default: {
      // An age grows while its time stays, so the older time is the greater age.
      const turned = columns[index]?.type === 'age' ? !descending : descending;
      return (a, b) => compareCells(a.cells[index] ?? null, b.cells[index] ?? null, turned);
    }
  }
}

function rank(row: ResourceRow): number {
  return healthStatuses.indexOf(row.health.status);
}

/** Nothing comes last in both directions; numbers before text. */
function compareCells(a: Cell, b: Cell, descending: boolean): number {
  if (a === b) return 0;
  const blankA = a === null || a === '';
  const blankB = b === null || b === '';
  if (blankA || blankB) return Number(blankA) - Number(blankB);
  const order =
    typeof a === 'string'
      ? typeof b === 'string'
        ? a < b
          ? -1
          : 1
        : 1
      : typeof b === 'string'
        ? -1
        : Number(a) - Number(b);
  return descending ? -order : order;
}
