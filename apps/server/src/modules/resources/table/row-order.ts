import { createHash } from 'node:crypto';
import type { TableColumn } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import type { TableRow } from './table-row.ts';

export type SortValue = string | number | boolean | null;
type SortTerm = { readonly descending: boolean; value(row: TableRow): SortValue };

/** Where a page ended: the values of its last row in sort order, then its identity. */
export type Position = readonly SortValue[];

/** A total order of rows: the sort terms, then namespace, name and cluster, so that no two rows are equal and a cursor points between rows. */
export type RowOrder = {
  readonly key: string;
  compare(a: TableRow, b: TableRow): number;
  /** Sorts rows of one cluster that are in the base order (namespace, name): equal ones stay as they are, so only the terms are compared. */
  sort(rows: readonly TableRow[]): TableRow[];
  position(row: TableRow): Position;
  comparePosition(row: TableRow, position: Position): number;
};

const builtInTerms: Record<string, (row: TableRow) => SortValue> = {
  name: (row) => row.name,
  namespace: (row) => row.namespace,
  cluster: (row) => row.source.cluster,
  health: (row) => row.healthRank,
};

/** Parses `-age,name`. `age` grows with the time since creation, so ascending shows the youngest first. */
export function parseRowOrder(sort: string | undefined, columns: readonly TableColumn[]): RowOrder {
  const names = (sort ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const key = names.join(',');
  if (key === '' || key === 'namespace,name') return baseOrder;
  return createRowOrder(
    key,
    names.map((name) => termOf(name, columns)),
  );
}

const identity: readonly SortTerm[] = [
  { descending: false, value: (row) => row.namespace },
  { descending: false, value: (row) => row.name },
  { descending: false, value: (row) => row.source.clusterId },
];

export function createRowOrder(key: string, terms: readonly SortTerm[]): RowOrder {
  const all: readonly SortTerm[] = [...terms, ...identity];
  return {
    key,
    compare: (a, b) => compareBy(all, a, b),
    sort(rows) {
      const [first, ...rest] = terms;
      if (!first) return rows.toSorted((a, b) => compareBy(all, a, b));
      const values = rows.map(first.value);
      const places = rows.map((_, place) => place);
      places.sort((a, b) => {
        const order = compareValues(values[a] ?? null, values[b] ?? null, first.descending);
        if (order !== 0 || rest.length === 0) return order;
        const [rowA, rowB] = [rows[a], rows[b]];
        return rowA && rowB ? compareBy(rest, rowA, rowB) : 0;
      });
      return places.flatMap((place) => rows[place] ?? []);
    },
    position: (row) => all.map((term) => term.value(row)),
    comparePosition(row, position) {
      for (const [index, term] of all.entries()) {
        const order = compareValues(term.value(row), position[index] ?? null, term.descending);
        if (order !== 0) return order;
      }
      return 0;
    },
  };
}

/** By namespace and name: what every table is in when nothing else is asked for, and what other orders begin from. */
export const baseOrder: RowOrder = createRowOrder('', []);

function compareBy(terms: readonly SortTerm[], a: TableRow, b: TableRow): number {
  for (let index = 0; index < terms.length; index += 1) {
    const term = terms[index];
    if (!term) break;
    const order = compareValues(term.value(a), term.value(b), term.descending);
    if (order !== 0) return order;
  }
  return 0;
}

function termOf(name: string, columns: readonly TableColumn[]): SortTerm {
  const reversed = name.startsWith('-');
  const id = reversed ? name.slice(1) : name;
  const builtIn = builtInTerms[id];
  if (builtIn) return { descending: reversed, value: builtIn };
  if (id === 'age') return { descending: !reversed, value: (row) => row.object.metadata.creationTimestamp ?? null };
  const column = columns.find((candidate) => candidate.id === id);
  if (!column)
    throw appError('invalid_input', `There is no column "${id}" to sort by`, {
      details: [
        {
          pointer: '?sort',
          code: 'unknown_column',
          message: `Sort by one of: name, namespace, cluster, health, age, ${columns.map((known) => known.id).join(', ')}`,
        },
      ],
    });
  const descending = column.type === 'age' ? !reversed : reversed;
  const cell = cellReader(id);
  return { descending, value: column.type === 'ratio' ? (row) => ratioOf(cell(row)) : cell };
}

/** `9/10` comes before `10/10`, and `0/2` before `0/1`: by the part that is there, then by what is wanted. */
function ratioOf(value: SortValue): SortValue {
  const [, part, whole] = typeof value === 'string' ? (/^(\d+)\/(\d+)$/.exec(value) ?? []) : [];
  if (part === undefined || whole === undefined) return value;
  return Number(whole) === 0 ? 1 : Number(part) / Number(whole) - Number(whole) * 1e-9;
}

/** Reads a cell by column id; clusters may disagree on a custom resource's columns, so the index is looked up per set of rules. */
function cellReader(id: string): (row: TableRow) => SortValue {
  let rules: TableRow['source']['rules'] | undefined;
  let index = -1;
  return (row) => {
    if (row.source.rules !== rules) {
      rules = row.source.rules;
      index = rules.columns.findIndex((column) => column.id === id);
    }
    return index < 0 ? null : (row.cells[index] ?? null);
  };
}

/** Nothing sorts last in both directions; numbers and booleans before text. */
function compareValues(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === b) return 0;
  if (a === null || a === '') return b === null || b === '' ? compareBlanks(a, b) : 1;
  if (b === null || b === '') return -1;
  const order = compareKnown(a, b);
  return descending ? -order : order;
}

function compareBlanks(a: SortValue, b: SortValue): number {
  if (a === b) return 0;
  return a === null ? 1 : -1;
}

function compareKnown(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a === 'string') {
    if (typeof b !== 'string') return 1;
    return a < b ? -1 : 1;
  }
  if (typeof b === 'string') return -1;
  return Number(a) - Number(b);
}

/** A cursor names the query it belongs to, so that one of another query is refused instead of answering nonsense. */
export function encodeCursor(query: string, position: Position): string {
  return Buffer.from(JSON.stringify([fingerprint(query), ...position])).toString('base64url');
}

export function decodeCursor(query: string, cursor: string): Position {
  const [print, ...position] = parseCursor(cursor);
  if (print !== fingerprint(query)) throw invalidCursor();
  return position;
}

function parseCursor(cursor: string): SortValue[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.every(isSortValue)) return parts;
  } catch {
    // reported below
  }
  throw invalidCursor();
}

function isSortValue(value: unknown): value is SortValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function invalidCursor() {
  return appError('invalid_cursor', 'The cursor does not belong to this query. Start from the first page.');
}

function fingerprint(query: string): string {
  return createHash('sha256').update(query).digest('base64url').slice(0, 12);
}
