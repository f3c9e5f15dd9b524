import { appError } from '@pilothouse/core';
import { type ResourceType, resourceName } from '@pilothouse/kube';
import {
  type ClusterScope,
  type SourceOpener,
  sourceFailureOf,
  sourceStateOf,
  visibleFailures,
} from './resource-sources.ts';
import { type FilterQuery, parseRowFilter } from './table/row-filter.ts';
import { decodeCursor, encodeCursor, parseRowOrder } from './table/row-order.ts';
import { readTablePage, rowJson, unionColumns } from './table/table-page.ts';

export type ListQuery = FilterQuery & {
  clusters?: string | undefined;
  sort?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
  wait?: number | undefined;
};

/** One page of a table as the JSON text of a ResourceList: rows carry their own text, so a page costs a join. */
export type ResourceLister = (scopes: readonly ClusterScope[], resource: string, query: ListQuery) => Promise<string>;

export function createResourceLister(opener: SourceOpener): ResourceLister {
  return async (scopes, resource, query) => {
    const { limit = 100, wait = 2000 } = query;
    const filter = parseRowFilter(query);
    const opened = await opener.open(scopes, resource, { filter, wait, settled: true });
    try {
      const tables = opened.sources.map(({ lease }) => lease.table);
      const columns = unionColumns(tables);
      const order = parseRowOrder(query.sort, columns);
      const question = queryKey(resource, scopes, query);
      const after = query.cursor === undefined ? undefined : decodeCursor(question, query.cursor);
      const parts = opened.sources.map(({ lease, filter }) => ({ table: lease.table, filter }));
      const page = readTablePage(parts, { order, after, limit });
      const last = page.rows.at(-1);
      const failures = [...visibleFailures(opened, scopes), ...tables.flatMap((table) => sourceFailureOf(table) ?? [])];
      const sources = tables.map(sourceStateOf);
      const type = typeOf(opened, resource);
      const asOf = oldest(sources.flatMap((source) => source.asOf ?? []));
      const head = JSON.stringify({
        resource: type ? resourceName(type) : resource,
        kind: type?.kind ?? '',
        namespaced: type?.namespaced ?? true,
        columns,
        total: page.total,
        health: page.health,
        ...(page.more && last ? { nextCursor: encodeCursor(question, order.position(last)) } : {}),
        complete: failures.length === 0 && sources.every((source) => source.phase !== 'syncing'),
        failures,
        sources,
        ...(asOf === undefined ? {} : { asOf }),
      });
      return `${head.slice(0, -1)},"items":[${page.rows.map((row) => rowJson(row, columns)).join(',')}]}`;
    } finally {
      for (const { lease } of opened.sources) lease.release();
    }
  };
}

/** The type as the first cluster serves it. Throws `not_found` when every cluster answered that it serves no such resource. */
export function typeOf(opened: Awaited<ReturnType<SourceOpener['open']>>, resource: string): ResourceType | undefined {
  const type = opened.sources[0]?.type;
  if (
    !type &&
    opened.pending.length === 0 &&
    opened.failures.length > 0 &&
    opened.failures.every((failure) => failure.code === 'not_found')
  )
    throw appError('not_found', `No cluster serves a resource "${resource}"`);
  return type;
}

function oldest(times: readonly string[]): string | undefined {
  return times.reduce<string | undefined>(
    (first, time) => (first === undefined || time < first ? time : first),
    undefined,
  );
}

/** What a cursor belongs to: all that decides which rows there are and in which order, but not the page size. */
function queryKey(resource: string, scopes: readonly ClusterScope[], query: ListQuery): string {
  const { namespaces, labelSelector, fieldSelector, health, owner, q, sort } = query;
  return JSON.stringify([
    resource,
    scopes.map((scope) => scope.id).sort(),
    namespaces,
    labelSelector,
    fieldSelector,
    health,
    owner,
    q,
    sort,
  ]);
}
