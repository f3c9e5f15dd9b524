import { type QueryOf, resourceRoutes } from '@pilothouse/contract';
import { implement } from '../../platform/http/route-implementation.ts';
import type { ServerModule } from '../../platform/module.ts';
import type { ClusterScopes } from '../resources/cluster-scopes.ts';
import {
  type ClusterScope,
  type SourceOpener,
  sourceFailureOf,
  visibleFailures,
} from '../resources/resource-sources.ts';
import { parseRowFilter, type RowFilter } from '../resources/table/row-filter.ts';
import { createRowOrder, decodeCursor, encodeCursor } from '../resources/table/row-order.ts';
import { readTablePage } from '../resources/table/table-page.ts';
import { isAbout, isWarning, kubeEventOf, lastSeen } from './kube-event.ts';

export type ClusterEventsDeps = { scopes: ClusterScopes; opener: SourceOpener };

type EventQuery = QueryOf<typeof resourceRoutes.listEvents>;

const wait = 2000;

const newestFirst = {
  descending: true,
  value: (row: { object: Parameters<typeof lastSeen>[0] }) => lastSeen(row.object),
};
const warnings = {
  descending: true,
  value: (row: { object: Parameters<typeof isWarning>[0] }) => isWarning(row.object),
};
const orders = {
  newest: createRowOrder('events', [newestFirst]),
  warnings: createRowOrder('events,warnings', [warnings, newestFirst]),
};

/** Kubernetes Events over several clusters. They are rows of the same kept tables as everything else, in an order of their own. */
export function createClusterEventsModule(deps: ClusterEventsDeps): ServerModule {
  return {
    name: 'cluster-events',
    routes: [
      implement(resourceRoutes.listEvents, async ({ query, context }) =>
        listEvents(await deps.scopes(context.principal, query.clusters), query, deps),
      ),
    ],
  };
}

async function listEvents(scopes: readonly ClusterScope[], query: EventQuery, { opener }: ClusterEventsDeps) {
  const { limit = 100, cursor } = query;
  const order = query.warningsFirst ? orders.warnings : orders.newest;
  const opened = await opener.open(scopes, 'events', {
    filter: parseRowFilter({ namespaces: query.namespaces, q: query.q }),
    wait,
    settled: true,
  });
  try {
    const tables = opened.sources.map(({ lease }) => lease.table);
    const question = JSON.stringify([
      scopes.map((scope) => scope.id).sort(),
      query.namespaces,
      query.q,
      query.type,
      query.object,
      order.key,
    ]);
    const parts = opened.sources.map(({ lease, filter }) => ({
      table: lease.table,
      filter: withEventTests(filter, query),
    }));
    const page = readTablePage(parts, {
      order,
      after: cursor === undefined ? undefined : decodeCursor(question, cursor),
      limit,
    });
    const last = page.rows.at(-1);
    const failures = [...visibleFailures(opened, scopes), ...tables.flatMap((table) => sourceFailureOf(table) ?? [])];
    return {
      items: page.rows.map((row) => kubeEventOf(row.source.cluster, row.object)),
      ...(page.more && last ? { nextCursor: encodeCursor(question, order.position(last)) } : {}),
      complete: failures.length === 0 && tables.every((table) => table.cache.state.phase !== 'syncing'),
      failures,
    };
  } finally {
    for (const { lease } of opened.sources) lease.release();
  }
}

function withEventTests(base: RowFilter | undefined, { type, object }: EventQuery): RowFilter | undefined {
  if (type === undefined && object === undefined) return base;
  return {
    key: JSON.stringify(['event', base?.key, type, object]),
    matches: (row) =>
      (base === undefined || base.matches(row)) &&
      (type === undefined || isWarning(row.object) === (type === 'Warning')) &&
      (object === undefined || isAbout(row.object, object)),
  };
}
