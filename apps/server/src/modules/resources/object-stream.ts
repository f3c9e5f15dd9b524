import type { ObjectMessage } from '@pilothouse/contract';
import { resourceName } from '@pilothouse/kube';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { openResponseStream } from '../../platform/streams/response-stream.ts';
import { type ListQuery, typeOf } from './resource-list.ts';
import {
  type ClusterScope,
  type SourceOpener,
  sourceFailureOf,
  sourceStateOf,
  visibleFailures,
} from './resource-sources.ts';
import { parseRowFilter } from './table/row-filter.ts';
import { parseRowOrder } from './table/row-order.ts';
import { readTablePage, unionColumns } from './table/table-page.ts';

type ObjectQuery = Omit<ListQuery, 'cursor'>;

/** Bytes that are gathered before they are written, so that ten thousand objects are some hundred writes. */
const writeSize = 128 * 1024;

/** The objects of a table as NDJSON, at the pace of the reader: what `-o json` of a whole list asks for in one request. */
export async function streamObjects(
  scopes: readonly ClusterScope[],
  resource: string,
  query: ObjectQuery,
  deps: { opener: SourceOpener; context: RequestContext },
): Promise<void> {
  const { opener, context } = deps;
  const { limit = Number.MAX_SAFE_INTEGER, wait = 2000 } = query;
  const opened = await opener.open(scopes, resource, { filter: parseRowFilter(query), wait, settled: true });
  try {
    const tables = opened.sources.map(({ lease }) => lease.table);
    const order = parseRowOrder(query.sort, unionColumns(tables));
    const parts = opened.sources.map(({ lease, filter }) => ({ table: lease.table, filter }));
    const { rows, total } = readTablePage(parts, { order, after: undefined, limit });
    const failures = [...visibleFailures(opened, scopes), ...tables.flatMap((table) => sourceFailureOf(table) ?? [])];
    const sources = tables.map(sourceStateOf);
    const type = typeOf(opened, resource);
    const end: ObjectMessage = {
      type: 'end',
      resource: type ? resourceName(type) : resource,
      kind: type?.kind ?? '',
      total,
      complete: failures.length === 0 && sources.every((source) => source.phase !== 'syncing'),
      failures,
      sources,
    };
    const stream = openResponseStream(context, { contentType: 'application/x-ndjson; charset=utf-8' });
    try {
      let text = '';
      for (const { object, source } of rows) {
        text += `${JSON.stringify({ type: 'object', cluster: source.cluster, object } satisfies ObjectMessage)}\n`;
        if (text.length < writeSize) continue;
        await stream.write(text);
        text = '';
        // A quick reader never makes us wait, and other requests want their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await stream.write(`${text}${JSON.stringify(end)}\n`);
    } catch (error) {
      if (!stream.signal.aborted) throw error;
    }
    stream.end();
  } finally {
    for (const { lease } of opened.sources) lease.release();
  }
}
