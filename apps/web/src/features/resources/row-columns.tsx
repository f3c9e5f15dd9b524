import type { Cell, ResourceRow, TableColumn } from '@pilothouse/contract';
import type { ReactNode } from 'react';
import { Age } from '../../design/Age.tsx';
import { formatBytes, formatCount, formatTime } from '../../design/format.ts';
import { HealthBadge } from '../../design/StateBadge.tsx';
import type { DataColumn } from '../../design/table/table-column.ts';
import { texts } from '../../texts.ts';
import styles from './ResourcesPage.module.css';

export type ColumnFacts = {
  columns: readonly TableColumn[];
  namespaced: boolean;
  severalClusters: boolean;
  /** Rows to measure columns by. */
  sample: readonly ResourceRow[];
};

const numeric: ReadonlySet<TableColumn['type']> = new Set(['number', 'quantity', 'percent', 'ratio', 'age']);
/** Said already by columns of our own. */
const saidElsewhere: ReadonlySet<string> = new Set(['name', 'namespace', 'age', 'cluster', 'health']);

/** Types whose width is known without looking at what is in them. */
const widths: Partial<Record<TableColumn['type'], number>> = {
  number: 84,
  age: 84,
  ratio: 72,
  percent: 84,
  quantity: 104,
  boolean: 96,
  time: 168,
};

/** Every column that a table of this resource can show, in their order. */
export function allColumns({ columns, namespaced, severalClusters, sample }: ColumnFacts): DataColumn<ResourceRow>[] {
  const own: DataColumn<ResourceRow>[] = [
    {
      id: 'name',
      label: texts.table.name,
      width: fitting(
        sample.map((row) => row.name),
        { from: 200, to: 340, letter: 7.4 },
      ),
      grow: true,
      sortable: true,
      render: (row) => (
        <span className={styles.name} title={row.name}>
          {row.name}
        </span>
      ),
    },
    {
      id: 'health',
      label: texts.table.health,
      width: 116,
      sortable: true,
      cell: -1,
      render: (row) => <HealthBadge health={row.health} />,
    },
  ];
  if (severalClusters)
    own.push({
      id: 'cluster',
      label: texts.table.cluster,
      width: fitting(
        sample.map((row) => row.cluster),
        { from: 80, to: 160, letter: 7 },
      ),
      sortable: true,
      render: (row) => row.cluster,
    });
  if (namespaced)
    own.push({
      id: 'namespace',
      label: texts.table.namespace,
      width: fitting(
        sample.map((row) => row.namespace ?? ''),
        { from: 96, to: 180, letter: 7 },
      ),
      sortable: true,
      render: (row) => row.namespace ?? '',
    });
  const served = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => !saidElsewhere.has(column.id))
    .map(({ column, index }) => servedColumn(column, index, sample));
  const age: DataColumn<ResourceRow> = {
    id: 'age',
    label: texts.table.age,
    width: 72,
    align: 'end',
    sortable: true,
    render: (row) => (row.createdAt ? <Age since={row.createdAt} /> : ''),
  };
  return [...own, ...served, age];
}

function servedColumn(column: TableColumn, index: number, sample: readonly ResourceRow[]): DataColumn<ResourceRow> {
  return {
    id: column.id,
    label: column.label,
    description: column.description,
    width: Math.max(
      Math.round(column.label.length * 7 + 26),
      widths[column.type] ??
        fitting([column.label, ...sample.map((row) => String(row.cells[index] ?? ''))], {
          from: 64,
          to: 260,
          letter: 7,
        }),
    ),
    ...(numeric.has(column.type) ? { align: 'end' as const } : {}),
    sortable: true,
    cell: index,
    render: (row) => renderCell(row.cells[index] ?? null, column),
  };
}

/** Wide enough for most of the texts, within bounds. */
function fitting(
  values: readonly string[],
  { from, to, letter }: { from: number; to: number; letter: number },
): number {
  const lengths = values.map((value) => value.length).sort((a, b) => a - b);
  const most = lengths[Math.ceil((lengths.length - 1) * 0.95)] ?? 0;
  return Math.round(Math.min(to, Math.max(from, most * letter + 24)));
}

function renderCell(cell: Cell, { id, type }: TableColumn): ReactNode {
  if (cell === null || cell === '') return <span className={styles.blank}>–</span>;
  if ((type === 'age' || type === 'time') && typeof cell === 'string')
    return type === 'age' ? <Age since={cell} /> : formatTime(cell);
  if (typeof cell === 'boolean') return cell ? texts.table.yes : texts.table.no;
  if (typeof cell === 'number') {
    if (type === 'percent') return `${formatCount(Math.round(cell))} %`;
    if (type === 'quantity') return quantity(id, cell);
    return cell === 0 ? <span className={styles.blank}>0</span> : formatCount(cell);
  }
  return <span title={cell}>{cell}</span>;
}

/** Base units: cores for processors, bytes for memory and storage. */
function quantity(id: string, value: number): string {
  if (/cpu/i.test(id)) return value < 1 ? `${Math.round(value * 1000)}m` : String(Math.round(value * 100) / 100);
  return value >= 1024 ? formatBytes(value) : String(value);
}

/** Columns that kubectl keeps for `-o wide` and a page has room for. */
const alsoShown: Readonly<Record<string, readonly string[]>> = { pods: ['node'] };

/** Which of them a table shows: as chosen, or those of priority 0. */
export function shownColumns(
  all: readonly DataColumn<ResourceRow>[],
  {
    resource,
    served,
    chosen,
  }: { resource: string; served: readonly TableColumn[]; chosen: readonly string[] | undefined },
): DataColumn<ResourceRow>[] {
  const wanted = alsoShown[resource] ?? [];
  if (chosen) return all.filter((column) => column.id === 'name' || chosen.includes(column.id));
  const extra = new Set(
    served.filter((column) => column.priority > 0 && !wanted.includes(column.id)).map((column) => column.id),
  );
  return all.filter((column) => !extra.has(column.id));
}
