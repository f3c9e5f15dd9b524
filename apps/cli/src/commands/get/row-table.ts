import type { Cell, ResourceRow, TableColumn } from '@pilothouse/contract';
import { ageOf } from '../../output/age.ts';
import { quantityText } from '../../output/quantity.ts';
import { type Colour, healthColours, type Style } from '../../output/style.ts';
import { terminalText } from '../../output/terminal-text.ts';

/** How the rows of one resource are laid out as text. */
export type RowLayout = {
  readonly wide: boolean;
  readonly showCluster: boolean;
  readonly showNamespace: boolean;
  readonly showHealth: boolean;
  /** `deployment.apps/` where tables of several kinds follow each other. */
  readonly namePrefix: string;
};

type Column = { readonly label: string; text(row: ResourceRow, now: number): string };

/** The columns of a table: where a row is from, its name, then those of its kind; the lesser ones and the health on `-o wide`. */
export function layOutColumns(columns: readonly TableColumn[], layout: RowLayout): Column[] {
  const laidOut: Column[] = [];
  if (layout.showCluster) laidOut.push({ label: 'CLUSTER', text: (row) => terminalText(row.cluster) });
  if (layout.showNamespace) laidOut.push({ label: 'NAMESPACE', text: (row) => terminalText(row.namespace ?? '') });
  laidOut.push({ label: 'NAME', text: (row) => layout.namePrefix + terminalText(row.name) });
  let hasAge = false;
  for (const [index, column] of columns.entries()) {
    if (rowMembers.has(column.id) || (column.priority > 0 && !layout.wide)) continue;
    hasAge ||= column.id === 'age';
    laidOut.push({
      label: column.label.toUpperCase().replaceAll(' ', '-'),
      text: (row, now) => cellText(row.cells[index], column, now),
    });
  }
  if (!hasAge) laidOut.push({ label: 'AGE', text: (row, now) => ageOf(row.createdAt, now) });
  if (layout.showHealth) laidOut.push({ label: 'HEALTH', text: healthText });
  return laidOut;
}

export function textRows(columns: readonly Column[], rows: readonly ResourceRow[], now: number): string[][] {
  return rows.map((row) => columns.map((column) => column.text(row, now)));
}

const rowMembers = new Set(['name', 'namespace', 'cluster', 'health']);

/** One cell by the type of its column; `<none>` for no value, as kubectl has it. */
export function cellText(cell: Cell | undefined, column: Pick<TableColumn, 'type'>, now: number): string {
  if (cell === null || cell === undefined || cell === '') return column.type === 'age' ? '<unknown>' : '<none>';
  if (column.type === 'age') return typeof cell === 'string' ? ageOf(cell, now) : String(cell);
  if (column.type === 'percent' && typeof cell === 'number') return `${Math.round(cell)}%`;
  if (column.type === 'quantity' && typeof cell === 'number') return quantityText(cell);
  return terminalText(String(cell));
}

function healthText({ health }: ResourceRow): string {
  return health.reason && health.status !== 'healthy'
    ? `${health.status} (${terminalText(health.reason)})`
    : health.status;
}

/** Paints the name and the health of each row in the colour of its health, the header dim. */
export function rowPainter(style: Style, rows: readonly ResourceRow[], columns: readonly Column[]) {
  const painted = columns.map(
    ({ label }) => label === 'NAME' || label === 'STATUS' || label === 'HEALTH' || label === 'READY',
  );
  return (text: string, cell: { row: number; column: number }): string => {
    if (cell.row < 0) return style('bold', text);
    const row = rows[cell.row];
    const colour: Colour | undefined =
      row && row.health.status !== 'healthy' ? healthColours[row.health.status] : undefined;
    return colour && painted[cell.column] ? style(colour, text) : text;
  };
}
