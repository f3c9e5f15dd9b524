import type { Cell, TableColumn } from '@pilothouse/contract';
import { healthStatuses } from '@pilothouse/core';
import { firstIndex } from './ordered-rows.ts';
import type { ResourceTable } from './resource-table.ts';
import type { RowFilter } from './row-filter.ts';
import type { Position, RowOrder } from './row-order.ts';
import { resourceRowOf, type TableRow } from './table-row.ts';

export type TablePart = { readonly table: ResourceTable; readonly filter: RowFilter | undefined };

export type TablePage = {
  rows: TableRow[];
  total: number;
  /** How many matching rows there are of each health that occurs. */
  health: Record<string, number>;
  /** Whether rows follow after the last of `rows`. */
  more: boolean;
};

/** One page over several tables, each read in its own kept order from the cursor on and merged. The tables must be settled. */
export function readTablePage(
  parts: readonly TablePart[],
  page: { order: RowOrder; after: Position | undefined; limit: number },
): TablePage {
  const { order, after, limit } = page;
  const health: Record<string, number> = {};
  let total = 0;
  const heads = parts.map((part) => {
    const view = part.filter ? part.table.view(part.filter) : part.table.view(everyRow);
    total += view.total;
    for (const [rank, count] of view.health.entries()) {
      const status = healthStatuses[rank];
      if (status && count > 0) health[status] = (health[status] ?? 0) + count;
    }
    return createHead(part.table.ordered(order), after, { order, has: view.has, left: view.total });
  });
  const rows: TableRow[] = [];
  for (let next = smallest(heads, order); next?.row && rows.length <= limit; next = smallest(heads, order)) {
    rows.push(next.row);
    next.advance();
  }
  const more = rows.length > limit;
  if (more) rows.length = limit;
  return { rows, total, health, more };
}

/** Matches all rows, so that counts without a filter come from a kept view too. */
const everyRow: RowFilter = { key: '', matches: () => true };

type Head = { readonly row: TableRow | undefined; advance(): void };

function createHead(
  rows: readonly TableRow[],
  after: Position | undefined,
  options: { order: RowOrder; has(row: TableRow): boolean; left: number },
): Head {
  const { order, has } = options;
  let index = after ? firstIndex(rows, (row) => order.comparePosition(row, after) > 0) : 0;
  const skip = () => {
    for (let row = rows[index]; row && !has(row); row = rows[index]) index += 1;
  };
  if (options.left === 0) index = rows.length;
  else skip();
  return {
    get row() {
      return rows[index];
    },
    advance() {
      index += 1;
      skip();
    },
  };
}

function smallest(heads: readonly Head[], order: RowOrder): Head | undefined {
  let best: Head | undefined;
  for (const head of heads) {
    if (!head.row) continue;
    if (!best?.row || order.compare(head.row, best.row) < 0) best = head;
  }
  return best;
}

/** The columns of all tables in the order of the first that has them; clusters may serve different versions of a custom resource. */
export function unionColumns(
  tables: readonly { readonly source: { readonly rules: { readonly columns: readonly TableColumn[] } } }[],
): readonly TableColumn[] {
  const first = tables[0]?.source.rules.columns ?? [];
  if (tables.every((table) => sameColumns(table.source.rules.columns, first))) return first;
  const columns = new Map<string, TableColumn>();
  for (const table of tables)
    for (const column of table.source.rules.columns) if (!columns.has(column.id)) columns.set(column.id, column);
  return [...columns.values()];
}

/** The JSON of a row under the given columns: kept text when they are its own, else with its cells put in place. */
export function rowJson(row: TableRow, columns: readonly TableColumn[]): string {
  const own = row.source.rules.columns;
  if (sameColumns(own, columns)) return row.json;
  const cells = columns.map(
    (column): Cell => row.cells[own.findIndex((candidate) => candidate.id === column.id)] ?? null,
  );
  return JSON.stringify(resourceRowOf(row, cells));
}

function sameColumns(a: readonly TableColumn[], b: readonly TableColumn[]): boolean {
  return a === b || (a.length === b.length && a.every((column, index) => column.id === b[index]?.id));
}
