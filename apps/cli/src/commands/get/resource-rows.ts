import type { ResourceList, ResourceRow, SourceFailure, SourceState, TableColumn } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';

/** What is asked of one resource; undefined members are left out of the request. */
export type RowQuery = {
  readonly clusters: string | undefined;
  readonly namespaces: string | undefined;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  readonly health: string | undefined;
  readonly q: string | undefined;
  readonly sort: string | undefined;
};

export type RowList = {
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly columns: readonly TableColumn[];
  readonly rows: ResourceRow[];
  readonly total: number;
  readonly complete: boolean;
  readonly failures: readonly SourceFailure[];
  readonly sources: readonly SourceState[];
};

const rowsPerPage = 1000;
/** How long the server may take to load a resource it was not watching yet. */
export const longestWaitMilliseconds = 30_000;

/** All rows of one resource, page after page, at most `limit`. */
export async function readRows(
  context: CliContext,
  resource: string,
  query: RowQuery & { limit?: number },
): Promise<RowList> {
  const { limit = Number.POSITIVE_INFINITY, ...filter } = query;
  const rows: ResourceRow[] = [];
  let page: ResourceList;
  let cursor: string | undefined;
  do {
    page = await context.api().call(routes.listResources, {
      params: { resource },
      query: withoutUndefined({
        ...filter,
        cursor,
        limit: Math.min(rowsPerPage, limit - rows.length),
        wait: longestWaitMilliseconds,
      }),
      signal: context.interrupted,
    });
    for (const row of page.items) rows.push(row);
    cursor = page.nextCursor;
  } while (cursor && rows.length < limit);
  const { kind, namespaced, columns, total, complete, failures, sources } = page;
  return { resource: page.resource, kind, namespaced, columns, rows, total, complete, failures, sources };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
