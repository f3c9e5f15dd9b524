import type { ResourceRow, SourceFailure, TableColumn, TableMessage } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { columnWidths, renderTable } from '../../output/text-table.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { followStream } from '../../runtime/live-stream.ts';
import type { ResourceTarget } from '../../runtime/resource-arguments.ts';
import type { GetRequest } from './get-request.ts';
import { withoutUndefined } from './resource-rows.ts';
import { layoutOf, objectPrefix } from './row-layout.ts';
import { createRowState, type RowChange } from './row-state.ts';
import { layOutColumns, rowPainter, textRows } from './row-table.ts';
import { createObjectPrinter, describeResource } from './watched-objects.ts';

/** Prints what there is, then each change as it comes, until the person has seen enough. */
export async function watchRows(context: CliContext, request: GetRequest, target: ResourceTarget): Promise<number> {
  const { options } = request;
  const asObjects = options.output === 'json' || options.output === 'yaml';
  const resource = await describeResource(context, request, target.resource);
  const printer = createRowPrinter(context, request, resource);
  const printObjects = createObjectPrinter(context, request, resource.resource);
  const state = createRowState({
    printFirst: options.watchOnly !== true,
    // A change of an object need not show in its row; the printer knows which versions it has printed.
    looksSame: (before, after) => !asObjects && printer.looksSame(before, after),
  });
  const { sort: _sort, ...filter } = request.query;
  const [name] = target.names;
  const fieldSelector = name
    ? [filter.fieldSelector, `metadata.name=${name}`].filter(Boolean).join(',')
    : filter.fieldSelector;
  const namespaces = resource.namespaced ? filter.namespaces : undefined;
  const query = withoutUndefined({ ...filter, namespaces, fieldSelector, snapshot: true });

  let waiting = true;

  await followStream(context, {
    open: (lastId) =>
      context.api().events(routes.streamResources, {
        params: { resource: resource.resource },
        query,
        signal: context.interrupted,
        ...(lastId ? { headers: { 'last-event-id': lastId } } : {}),
      }),
    async event({ data }) {
      const message = JSON.parse(data) as TableMessage;
      if (message.type === 'ready') printer.setColumns(message.columns);
      if (message.type === 'sources') warnOfFailures(context, message.failures);
      const changes = state.take(message);
      if (waiting && message.type === 'sources' && message.sources.every(({ phase }) => phase !== 'syncing')) {
        waiting = false;
        if (changes.length === 0 && !options.watchOnly)
          context.note(`Nothing yet${namespaces ? ` in ${namespaces} namespace (-A watches all)` : ''}; waiting.`);
      }
      if (changes.length > 0) await (asObjects ? printObjects(changes) : printer.print(changes));
      return true;
    },
  });
  return exitCode('interrupted');
}

const warned = new Set<string>();

function warnOfFailures(context: CliContext, failures: readonly SourceFailure[]): void {
  for (const { cluster, code, message } of failures) {
    const key = `${cluster} ${code}`;
    if (!warned.has(key))
      context.warn(`cluster ${cluster} does not answer, what it has is missing here: ${message} (${code})`);
    warned.add(key);
  }
}

type Resource = { resource: string; kind: string; namespaced: boolean };

function createRowPrinter(context: CliContext, request: GetRequest, resource: Resource) {
  let columns: ReturnType<typeof layOutColumns> = [];
  let widths: number[] = [];
  let headerPrinted = !request.options.headers;
  const layout = layoutOf(request, resource, false);
  return {
    setColumns(tableColumns: readonly TableColumn[]): void {
      columns = layOutColumns(tableColumns, layout);
    },
    /** Whether the two would be printed alike: what is not shown makes no second line. */
    looksSame(before: ResourceRow, after: ResourceRow): boolean {
      const [a, b] = textRows(columns, [before, after], 0);
      return before.health.status === after.health.status && a?.join('\n') === b?.join('\n');
    },
    async print(changes: readonly RowChange[]): Promise<void> {
      const rows = changes.map(({ row }) => row);
      if (request.options.output === 'name') {
        const prefix = objectPrefix(resource);
        await context.print(rows.map((row) => `${prefix}${row.name}\n`).join(''));
        return;
      }
      const table = {
        header: columns.map(({ label }) => label),
        rows: withDeletions(textRows(columns, rows, context.io.now()), changes),
      };
      widths = columnWidths(table, true, widths);
      const text = renderTable(table, {
        withHeader: !headerPrinted,
        minimumWidths: widths,
        width: context.io.stdout.isTTY ? context.io.stdout.columns : undefined,
        paint: rowPainter(context.style, rows, columns),
      });
      headerPrinted = true;
      await context.print(text);
    },
  };
}

/** A row that is gone is printed once more and says so in its last column. */
function withDeletions(rows: string[][], changes: readonly RowChange[]): string[][] {
  return rows.map((cells, index) =>
    changes[index]?.deleted ? [...cells.slice(0, -1), `${cells.at(-1) ?? ''} (deleted)`] : cells,
  );
}
