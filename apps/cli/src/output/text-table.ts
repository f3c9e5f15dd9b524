import { displayWidth, padToWidth, truncateToWidth } from './display-width.ts';

export type TextTable = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export type TextTableOptions = {
  /** Terminal columns; lines are cut to it. Undefined: lines are as long as they need to be. */
  readonly width?: number | undefined;
  readonly withHeader?: boolean;
  /** Paints a cell after it was padded. Row -1 is the header. */
  paint?(text: string, cell: { row: number; column: number }): string;
  /** Widths kept from an earlier table, so that lines printed later line up. */
  readonly minimumWidths?: readonly number[];
};

const gap = '   ';

/** Lines with columns aligned by display width, separated by three spaces as kubectl does; the last column is not padded. */
export function renderTable(table: TextTable, options: TextTableOptions = {}): string {
  const { withHeader = true, minimumWidths = [] } = options;
  const widths = columnWidths(table, withHeader, minimumWidths);
  const lines: string[] = [];
  if (withHeader) lines.push(renderLine(table.header, { widths, row: -1, options }));
  for (const [row, cells] of table.rows.entries()) lines.push(renderLine(cells, { widths, row, options }));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

export function columnWidths(table: TextTable, withHeader = true, minimumWidths: readonly number[] = []): number[] {
  return table.header.map((label, column) => {
    let width = Math.max(withHeader ? displayWidth(label) : 0, minimumWidths[column] ?? 0);
    for (const cells of table.rows) width = Math.max(width, displayWidth(cells[column] ?? ''));
    return width;
  });
}

function renderLine(
  cells: readonly string[],
  line: { widths: readonly number[]; row: number; options: TextTableOptions },
): string {
  const { widths, row, options } = line;
  const last = widths.length - 1;
  let left = options.width ?? Number.POSITIVE_INFINITY;
  let text = '';
  for (let column = 0; column <= last && left > 0; column += 1) {
    const cell = cells[column] ?? '';
    const padded = column === last ? cell : padToWidth(cell, widths[column] ?? 0);
    const cut = left === Number.POSITIVE_INFINITY ? padded : truncateToWidth(padded, left);
    text += options.paint ? options.paint(cut, { row, column }) : cut;
    left -= column === last ? displayWidth(cut) : Math.max(widths[column] ?? 0, displayWidth(cut)) + gap.length;
    if (column < last && left > 0) text += gap;
  }
  return text.trimEnd();
}
