import { healthStatuses } from '@pilothouse/core';
import type { RowFilter } from './row-filter.ts';
import type { TableRow } from './table-row.ts';

/** Which rows a filter lets through, and how many of each health. Only slots that changed are judged again. */
export type RowView = {
  note(slot: number): void;
  refresh(): void;
  has(row: TableRow): boolean;
  readonly total: number;
  /** Counts in the order of `healthStatuses`. */
  readonly health: readonly number[];
};

export function createRowView(filter: RowFilter, slots: readonly (TableRow | undefined)[]): RowView {
  /** 0: does not match; otherwise the health rank that was counted, plus one. */
  let marks = new Uint8Array(slots.length);
  const health = new Array<number>(healthStatuses.length).fill(0);
  let total = 0;
  const changed = new Set<number>();

  function judge(slot: number): void {
    const before = marks[slot] ?? 0;
    const row = slots[slot];
    const now = row && filter.matches(row) ? row.healthRank + 1 : 0;
    if (before === now) return;
    if (before > 0) count(before - 1, -1);
    if (now > 0) count(now - 1, 1);
    marks[slot] = now;
  }

  function count(rank: number, by: number): void {
    health[rank] = (health[rank] ?? 0) + by;
    total += by;
  }

  for (let slot = 0; slot < slots.length; slot += 1) judge(slot);

  return {
    note(slot) {
      changed.add(slot);
    },
    refresh() {
      if (changed.size === 0) return;
      if (slots.length > marks.length) {
        const grown = new Uint8Array(Math.max(slots.length, marks.length * 2));
        grown.set(marks);
        marks = grown;
      }
      for (const slot of changed) judge(slot);
      changed.clear();
    },
    has: (row) => (marks[row.slot] ?? 0) > 0,
    get total() {
      return total;
    },
    health,
  };
}
