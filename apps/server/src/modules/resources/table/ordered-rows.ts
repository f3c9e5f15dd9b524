import type { RowOrder } from './row-order.ts';
import type { TableRow } from './table-row.ts';

/** Rows in one order, brought up to date when read: superseded rows fall out and new ones are merged in, in one pass. */
export type OrderedRows = {
  /** A row that came or replaced another; undefined for one that only went. */
  note(after: TableRow | undefined): void;
  rows(): readonly TableRow[];
};

/** `all` gives every row in the base order. */
export function createOrderedRows(order: RowOrder, all: () => readonly TableRow[]): OrderedRows {
  let sorted: TableRow[] | undefined;
  let added: TableRow[] = [];
  let changed = false;

  function merge(kept: readonly TableRow[]): TableRow[] {
    const coming = added.filter((row) => !row.superseded).sort(order.compare);
    const merged: TableRow[] = [];
    let next = 0;
    for (const row of kept) {
      if (row.superseded) continue;
      for (let candidate = coming[next]; candidate && order.compare(candidate, row) < 0; candidate = coming[next]) {
        merged.push(candidate);
        next += 1;
      }
      merged.push(row);
    }
    return next < coming.length ? merged.concat(coming.slice(next)) : merged;
  }

  return {
    note(after) {
      if (!sorted) return;
      changed = true;
      if (after) added.push(after);
      if (added.length <= sorted.length + 1000) return;
      // Nobody has read this order for long: sorting afresh is cheaper than remembering every change.
      sorted = undefined;
      added = [];
    },
    rows() {
      if (!sorted) sorted = order.sort(all());
      else if (changed) sorted = merge(sorted);
      added = [];
      changed = false;
      return sorted;
    },
  };
}

/** The index of the first row for which `isAfter` holds; it must hold for all later ones too. */
export function firstIndex(rows: readonly TableRow[], isAfter: (row: TableRow) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row && isAfter(row)) high = middle;
    else low = middle + 1;
  }
  return low;
}
