import { type ClusterScope, type SourceOpener, visibleFailures } from './resource-sources.ts';
import { type FilterQuery, parseRowFilter } from './table/row-filter.ts';
import { unionColumns } from './table/table-page.ts';
import { createTableFeed, type TableFeed } from './table-feed.ts';

export type TableFeeds = {
  /** The feed for these clusters and this filter, shared with everyone who may see the same. Call `release` when its reader has left. */
  open(
    scopes: readonly ClusterScope[],
    resource: string,
    query: FilterQuery,
  ): Promise<{ feed: TableFeed; release(): void }>;
  /** Ends the feeds that show this cluster, or all. */
  end(reason: string, clusterId?: string): void;
  readonly size: number;
};

export type TableFeedsOptions = {
  opener: SourceOpener;
  /** Milliseconds a feed outlives its last reader, so that one who was cut off can resume. */
  linger?: number;
  /** Milliseconds after which a feed ends whose clusters decide about each person, so that they are asked again. */
  review?: number;
  /** Milliseconds after which a feed with a silent cluster ends, so that its readers connect again and find it. */
  retry?: number;
};

type Entry = {
  feed: Promise<TableFeed>;
  clusterIds: ReadonlySet<string>;
  holders: number;
  timer: NodeJS.Timeout | undefined;
};

/** How long a stream waits for clusters before it starts without the silent ones. */
const openWait = 3000;

export function createTableFeeds(options: TableFeedsOptions): TableFeeds {
  const { opener, linger = 60_000, retry = 15_000, review = 5 * 60_000 } = options;
  const entries = new Map<string, Entry>();

  function drop(key: string, entry: Entry, reason: string): void {
    clearTimeout(entry.timer);
    if (entries.get(key) === entry) entries.delete(key);
    entry.feed.then(
      (feed) => feed.close(reason),
      () => {},
    );
  }

  async function create(
    scopes: readonly ClusterScope[],
    resource: string,
    query: FilterQuery,
  ): Promise<{ feed: TableFeed; incomplete: boolean }> {
    const opened = await opener.open(scopes, resource, {
      filter: parseRowFilter(query),
      wait: openWait,
      settled: false,
    });
    const feed = createTableFeed({
      sources: opened.sources,
      failures: visibleFailures(opened, scopes),
      columns: unionColumns(opened.sources.map(({ lease }) => lease.table)),
    });
    const lasting = ['not_found', 'permission_denied', 'cluster_denied'];
    return {
      feed,
      incomplete: opened.pending.length > 0 || opened.failures.some((failure) => !lasting.includes(failure.code)),
    };
  }

  function entryFor(scopes: readonly ClusterScope[], resource: string, query: FilterQuery): [string, Entry] {
    const key = feedKey(scopes, resource, query);
    const known = entries.get(key);
    if (known) return [key, known];
    const created = create(scopes, resource, query);
    const entry: Entry = {
      feed: created.then(({ feed }) => feed),
      clusterIds: new Set(scopes.map((scope) => scope.id)),
      holders: 0,
      timer: undefined,
    };
    entries.set(key, entry);
    if (scopes.some((scope) => scope.actor))
      setTimeout(() => drop(key, entry, 'The cluster is asked again what you may see'), review).unref();
    created.then(
      ({ incomplete }) => {
        if (incomplete) setTimeout(() => drop(key, entry, 'A cluster that was silent is tried again'), retry).unref();
      },
      () => drop(key, entry, ''),
    );
    return [key, entry];
  }

  return {
    async open(scopes, resource, query) {
      const [key, entry] = entryFor(scopes, resource, query);
      entry.holders += 1;
      clearTimeout(entry.timer);
      let released = false;
      const release = () => {
        if (released) return;
        released = true;
        entry.holders -= 1;
        if (entry.holders > 0) return;
        entry.timer = setTimeout(() => drop(key, entry, ''), linger);
        entry.timer.unref();
      };
      try {
        return { feed: await entry.feed, release };
      } catch (error) {
        release();
        throw error;
      }
    },
    end(reason, clusterId) {
      for (const [key, entry] of [...entries])
        if (clusterId === undefined || entry.clusterIds.has(clusterId)) drop(key, entry, reason);
    },
    get size() {
      return entries.size;
    },
  };
}

function feedKey(scopes: readonly ClusterScope[], resource: string, query: FilterQuery): string {
  const { namespaces, labelSelector, fieldSelector, health, owner, q } = query;
  const seen = scopes
    .map(({ id, namespaces, actor }) => [id, namespaces === 'all' ? '*' : [...namespaces].sort(), actor?.userId])
    .sort();
  return JSON.stringify([resource, seen, namespaces, labelSelector, fieldSelector, health, owner, q]);
}
