import type { SourceFailure, SourceState } from '@pilothouse/contract';
import { appError, type Clock, isAppError, messageOf } from '@pilothouse/core';
import { type ResourceType, resourceName } from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import { readRowRules } from './row-rules.ts';
import type { ResourceTable } from './table/resource-table.ts';
import type { ResourceTables, TableLease } from './table/resource-tables.ts';
import type { NamespaceScope, ParsedFilter, RowFilter } from './table/row-filter.ts';

/** A cluster that a principal may read, and how much of it. */
export type ClusterScope = {
  readonly id: string;
  readonly name: string;
  readonly namespaces: NamespaceScope;
  /** Asked for by name, so that its silence is worth a word. */
  readonly named: boolean;
  /** Who reads, where the cluster itself decides about each person. */
  readonly actor?: Principal;
};

export type OpenSource = {
  readonly scope: ClusterScope;
  readonly type: ResourceType;
  readonly lease: TableLease;
  readonly filter: RowFilter | undefined;
};

export type OpenedSources = { sources: OpenSource[]; failures: SourceFailure[]; pending: ClusterScope[] };

export type SourceOpener = {
  /**
   * Opens the table of each cluster at the same time, and with `settled` waits until its rows are there. All of it takes `wait` ms at most: a
   * cluster that takes longer is `pending`, or its table is still loading, and holds up no other.
   */
  open(
    scopes: readonly ClusterScope[],
    resource: string,
    options: { filter: ParsedFilter; wait: number; settled: boolean },
  ): Promise<OpenedSources>;
};

export type SourceOpenerDeps = {
  connect(clusterId: string): Promise<OpenCluster>;
  tables: ResourceTables;
  clock: Clock;
};

export function createSourceOpener(deps: SourceOpenerDeps): SourceOpener {
  const { connect, tables, clock } = deps;

  async function openOne(scope: ClusterScope, resource: string, filter: ParsedFilter): Promise<OpenSource> {
    const connection = await connect(scope.id);
    const type = await connection.find(resource);
    if (!type.namespaced && scope.namespaces !== 'all' && resourceName(type) !== 'namespaces')
      throw appError(
        'permission_denied',
        `On ${scope.name} you may see some namespaces only, and ${type.plural} belong to none.`,
      );
    const asked = await demandOfCluster(connection, { scope, type, filter });
    const rules = await connection.derived(type, () => readRowRules(connection, type));
    return {
      scope,
      type,
      lease: tables.acquire(connection, type, rules),
      filter: filter.within(asked, type),
    };
  }

  return {
    async open(scopes, resource, { filter, wait, settled }) {
      const opened: OpenedSources = { sources: [], failures: [], pending: [] };
      const late = new AbortController();
      const deadline = clock.sleep(wait, late.signal).then(
        () => undefined,
        () => undefined,
      );
      await Promise.all(
        scopes.map(async (scope) => {
          const opening = openOne(scope, resource, filter);
          let source: OpenSource | undefined;
          try {
            source = await Promise.race([opening, deadline]);
          } catch (error) {
            opened.failures.push(failureOf(scope.name, error));
            return;
          }
          if (source) {
            opened.sources.push(source);
            if (settled) await Promise.race([settle(source.lease.table, late.signal), deadline]);
            return;
          }
          opened.pending.push(scope);
          opening.then(
            ({ lease }) => lease.release(),
            () => {},
          );
        }),
      );
      late.abort();
      const rank = new Map(scopes.map((scope, index) => [scope.id, index]));
      opened.sources.sort((a, b) => (rank.get(a.scope.id) ?? 0) - (rank.get(b.scope.id) ?? 0));
      return opened;
    },
  };
}

/** Waits until a table has synced or failed, and its rows are made. */
async function settle(table: ResourceTable, signal: AbortSignal): Promise<void> {
  if (table.cache.state.phase === 'syncing') await table.cache.synced(signal).catch(() => {});
  if (!signal.aborted) await table.settled();
}

/**
 * What of the scope the cluster lets the person list, where it decides about each: all of it, or the namespaces that were asked for one by
 * one. The rows come from a cache that is read under the registered identity, so nothing is given before the cluster was asked.
 */
async function demandOfCluster(
  cluster: OpenCluster,
  { scope, type, filter }: { scope: ClusterScope; type: ResourceType; filter: ParsedFilter },
): Promise<NamespaceScope> {
  const { actor, namespaces } = scope;
  if (!actor) return namespaces;
  const { may } = cluster.as(actor);
  const review = { verb: 'list', group: type.group, resource: type.plural };
  if (!may || (await may(review))) return namespaces;
  const named = filter.namespaces ?? (namespaces === 'all' ? undefined : namespaces);
  const allowed = new Set<string>();
  if (type.namespaced)
    for (const namespace of named ?? []) if (await may({ ...review, namespace })) allowed.add(namespace);
  if (allowed.size > 0)
    return namespaces === 'all' ? allowed : new Set([...allowed].filter((each) => namespaces.has(each)));
  const where = named ? `in ${[...named].join(', ')}` : 'in all namespaces; name some';
  throw appError(
    'cluster_denied',
    `The cluster ${scope.name} does not let ${actor.email} list ${type.plural} ${where}.`,
  );
}

/** Failures as a reader should see them: a cluster that does not serve the resource is none, unless it was asked for by name. */
export function visibleFailures(
  { failures, pending }: OpenedSources,
  scopes: readonly ClusterScope[],
): SourceFailure[] {
  const named = new Set(scopes.filter((scope) => scope.named).map((scope) => scope.name));
  return [
    ...failures.filter((failure) => failure.code !== 'not_found' || named.has(failure.cluster)),
    ...pending.map((scope) =>
      failureOf(scope.name, appError('cluster_timeout', `${scope.name} has not answered yet.`)),
    ),
  ];
}

export function failureOf(cluster: string, error: unknown): SourceFailure {
  return {
    cluster,
    code: isAppError(error) ? error.code : 'internal',
    message: isAppError(error) ? messageOf(error) : 'Something went wrong here',
  };
}

export function sourceStateOf(table: ResourceTable): SourceState {
  const { state, asOf } = table.cache;
  return {
    cluster: table.source.cluster,
    phase: state.phase,
    ...(asOf === undefined ? {} : { asOf: new Date(asOf).toISOString() }),
    ...(state.phase === 'syncing' ? { loaded: state.loaded } : {}),
  };
}

export function sourceFailureOf(table: ResourceTable): SourceFailure | undefined {
  const { state } = table.cache;
  if (state.phase !== 'stale' && state.phase !== 'failed') return undefined;
  return {
    cluster: table.source.cluster,
    code: state.code,
    message: state.message,
    since: new Date(state.since).toISOString(),
  };
}
