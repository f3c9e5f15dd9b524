import { jsonText } from '../output/json-text.ts';
import { terminalText } from '../output/terminal-text.ts';
import { renderTable } from '../output/text-table.ts';
import { yamlText } from '../output/yaml-text.ts';
import type { CliContext } from '../runtime/cli-context.ts';

/** A column of a list of our own things (clusters, users, tokens). `wide` ones are shown on `-o wide` only. */
export type RecordColumn<Item> = {
  readonly label: string;
  text(item: Item): string | number | boolean | undefined;
  readonly wide?: boolean;
  paint?(text: string, item: Item): string;
};

export type RecordView<Item> = {
  readonly columns: readonly RecordColumn<Item>[];
  readonly output: string;
  name(item: Item): string;
  /** Said on standard error when there are none. */
  readonly none: string;
};

/** A list of our own things in every output form; JSON and YAML are the API's own objects under `items`. */
export async function printRecords<Item>(
  context: CliContext,
  items: readonly Item[],
  view: RecordView<Item>,
): Promise<void> {
  const { output } = view;
  if (output === 'json') return context.print(jsonText({ items }));
  if (output === 'yaml') return context.print(yamlText({ items }));
  if (output === 'name') return context.print(items.map((item) => `${terminalText(view.name(item))}\n`).join(''));
  if (items.length === 0) return context.note(view.none);
  const columns = view.columns.filter(({ wide }) => output === 'wide' || !wide);
  const rows = items.map((item) => columns.map((column) => terminalText(String(column.text(item) ?? ''))));
  const text = renderTable(
    { header: columns.map(({ label }) => label), rows },
    {
      width: context.io.stdout.isTTY ? context.io.stdout.columns : undefined,
      paint(cell, { row, column }) {
        const item = items[row];
        return item === undefined ? context.style('bold', cell) : (columns[column]?.paint?.(cell, item) ?? cell);
      },
    },
  );
  await context.print(text);
}

/** One thing of ours: a JSON or YAML document, or its list with one row. */
export async function printRecord<Item>(context: CliContext, item: Item, view: RecordView<Item>): Promise<void> {
  if (view.output === 'json') return context.print(jsonText(item));
  if (view.output === 'yaml') return context.print(yamlText(item));
  return printRecords(context, [item], view);
}
