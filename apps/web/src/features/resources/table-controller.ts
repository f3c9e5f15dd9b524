import type {
  ResourceList,
  ResourceRow,
  SourceFailure,
  SourceState,
  TableColumn,
  TableMessage,
} from '@pilothouse/contract';
import type { FeedState, OpenFeed } from '../../app/live/table-feed.ts';
import { parseSort } from '../../design/table/table-column.ts';
import { rowOrder } from './row-order.ts';
import { createTableModel, type TableModel } from './table-model.ts';

/** Which rows, in which order: what the URL says. */
export type TableQuery = {
  resource: string;
  clusters?: string;
  namespaces?: string;
  labelSelector?: string;
  fieldSelector?: string;
  health?: string;
  owner?: string;
  q?: string;
  sort?: string;
};

export type TableStatus = {
  phase: 'loading' | 'ready' | 'failed';
  error?: unknown;
  kind?: string;
  namespaced: boolean;
  columns: readonly TableColumn[];
  /** Rows that match, loaded or not. */
  total: number;
  /** Counts by health of what matches everything but the health filter. */
  health: Readonly<Record<string, number>>;
  sources: readonly SourceState[];
  failures: readonly SourceFailure[];
  complete: boolean;
  asOf?: string;
  feed: FeedState;
};

export type ReadPage = (
  query: TableQuery & { limit: number; cursor?: string; wait?: number },
  signal: AbortSignal,
) => Promise<ResourceList>;

export type TableController = {
  model: TableModel;
  status(): TableStatus;
  subscribe(listener: () => void): () => void;
  /** Reads the next page when there is one and none is under way. */
  loadMore(): void;
  reload(): void;
  /** While somebody reads, nothing moves. Letting go lets everything in. */
  hold(held: boolean): void;
  release(): void;
  close(): void;
};

export type TableControllerOptions = {
  query: TableQuery;
  readPage: ReadPage;
  openFeed: OpenFeed;
  /** Rows of the first page, small so that it is there at once, and of the later ones. */
  pageSizes?: { first: number; later: number };
};

/** Live changes are drawn together this often; a person sees no more. */
const batchMilliseconds = 150;
const countsMilliseconds = 2500;
/** The list waits this long for the feed to be open, so that no change falls between the two. */
const feedHeadStart = 250;

/** One live table: pages from the list, changes from the feed, counts kept honest. */
export function createTableController(options: TableControllerOptions): TableController {
  const { query, readPage, openFeed, pageSizes = { first: 200, later: 1000 } } = options;
  const { sort: _sort, ...filter } = query;
  const abort = new AbortController();
  const listeners = new Set<() => void>();
  const model = createTableModel();
  let status: TableStatus = {
    phase: 'loading',
    namespaced: true,
    columns: [],
    total: 0,
    health: {},
    sources: [],
    failures: [],
    complete: false,
    feed: 'connecting',
  };
  let cursor: string | undefined;
  let loaded = 0;
  let reading = false;
  let held = false;
  let stale = false;
  let listedBeforeFeed = false;
  let upserts = new Map<string, ResourceRow>();
  let deletes = new Set<string>();
  let batchTimer: ReturnType<typeof setTimeout> | undefined;
  let countsTimer: ReturnType<typeof setTimeout> | undefined;
  let startTimer: ReturnType<typeof setTimeout> | undefined;

  function set(change: Partial<TableStatus>): void {
    status = { ...status, ...change };
    for (const listener of listeners) listener();
  }

  function facts(list: ResourceList): Partial<TableStatus> {
    return {
      phase: 'ready',
      error: undefined,
      kind: list.kind,
      namespaced: list.namespaced,
      columns: list.columns,
      sources: list.sources,
      failures: list.failures,
      complete: list.complete,
      ...(list.asOf === undefined ? {} : { asOf: list.asOf }),
    };
  }

  async function readFirst(): Promise<void> {
    if (reading || abort.signal.aborted) return;
    reading = true;
    listedBeforeFeed = status.feed !== 'live';
    try {
      const list = await readPage({ ...query, limit: pageSizes.first }, abort.signal);
      cursor = list.nextCursor;
      loaded = list.items.length;
      model.start(list.items, { more: cursor !== undefined, compare: rowOrder(parseSort(query.sort), list.columns) });
      set({ ...facts(list), total: list.total, ...(query.health ? {} : { health: list.health }) });
      if (query.health) void readCounts();
    } catch (error) {
      if (!abort.signal.aborted) set({ phase: 'failed', error });
    } finally {
      reading = false;
    }
    afterReading();
  }

  /** Reads again what is loaded, and shows only the difference. */
  async function readAgain(): Promise<void> {
    if (reading || abort.signal.aborted) {
      stale = true;
      return;
    }
    if (status.phase !== 'ready') return readFirst();
    reading = true;
    stale = false;
    try {
      const rows: ResourceRow[] = [];
      let next: string | undefined;
      let list: ResourceList;
      do {
        const limit = Math.min(pageSizes.later, Math.max(pageSizes.first, loaded - rows.length));
        list = await readPage({ ...query, limit, ...(next ? { cursor: next } : {}) }, abort.signal);
        rows.push(...list.items);
        next = list.nextCursor;
      } while (next !== undefined && rows.length < loaded);
      cursor = next;
      loaded = rows.length;
      model.reconcile(rows, { more: cursor !== undefined, held });
      set({ ...facts(list), total: list.total, ...(query.health ? {} : { health: list.health }) });
    } catch (error) {
      if (!abort.signal.aborted) set({ error });
    } finally {
      reading = false;
    }
    afterReading();
  }

  async function readMore(): Promise<void> {
    if (reading || cursor === undefined || status.phase !== 'ready') return;
    reading = true;
    try {
      const list = await readPage({ ...query, limit: pageSizes.later, cursor }, abort.signal);
      cursor = list.nextCursor;
      loaded += list.items.length;
      model.append(list.items, { more: cursor !== undefined });
      set({ total: list.total });
    } catch (error) {
      if (!abort.signal.aborted) {
        // A cursor that is no longer understood is no fault of the reader's: start over, in place.
        cursor = undefined;
        stale = true;
        set({ error });
      }
    } finally {
      reading = false;
    }
    afterReading();
  }

  function afterReading(): void {
    if (abort.signal.aborted) return;
    flush();
    if (stale && status.phase === 'ready') void readAgain();
  }

  async function readCounts(): Promise<void> {
    const { health: _health, ...wider } = query;
    try {
      const list = await readPage({ ...wider, limit: 1 }, abort.signal);
      const wanted = query.health?.split(',');
      const total = wanted ? wanted.reduce((sum, each) => sum + (list.health[each] ?? 0), 0) : list.total;
      set({
        health: list.health,
        total: Math.max(total, cursor === undefined ? model.snapshot().rows.length - model.snapshot().gone.size : 0),
        sources: list.sources,
        failures: list.failures,
        complete: list.complete,
        ...(list.asOf === undefined ? {} : { asOf: list.asOf }),
      });
    } catch {
      // The counts of before stand; the feed's state tells that something is wrong.
    }
  }

  function flush(): void {
    clearTimeout(batchTimer);
    batchTimer = undefined;
    if (reading || status.phase !== 'ready' || (upserts.size === 0 && deletes.size === 0)) return;
    const changes = { upserts: [...upserts.values()], deletes: [...deletes] };
    upserts = new Map();
    deletes = new Set();
    model.apply(changes, { held });
    countsTimer ??= setTimeout(() => {
      countsTimer = undefined;
      void readCounts();
    }, countsMilliseconds);
  }

  function receive(message: TableMessage): void {
    switch (message.type) {
      case 'ready':
        if (listedBeforeFeed) void readAgain();
        listedBeforeFeed = false;
        if (startTimer !== undefined) begin();
        return;
      case 'changes':
        for (const id of message.deletes) {
          upserts.delete(id);
          deletes.add(id);
        }
        for (const row of message.upserts) {
          deletes.delete(row.id);
          upserts.set(row.id, row);
        }
        batchTimer ??= setTimeout(flush, batchMilliseconds);
        return;
      case 'sources': {
        const caughtUp = message.sources.some(
          (source) =>
            source.phase === 'live' &&
            status.sources.some((before) => before.cluster === source.cluster && before.phase !== 'live'),
        );
        set({ sources: message.sources, failures: message.failures });
        if (caughtUp) void readAgain();
        return;
      }
      case 'reset':
        void readAgain();
    }
  }

  function begin(): void {
    clearTimeout(startTimer);
    startTimer = undefined;
    void readFirst();
  }

  startTimer = setTimeout(begin, feedHeadStart);
  const closeFeed = openFeed(filter, {
    message: receive,
    state: (feed) => set({ feed }),
    gap: () => void readAgain(),
    refused: (failure) => {
      if (status.phase === 'loading') begin();
      else set({ error: Object.assign(new Error(failure.message), failure) });
    },
  });

  return {
    model,
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    loadMore: () => void readMore(),
    reload() {
      if (status.phase === 'failed') set({ phase: 'loading', error: undefined });
      void readAgain();
    },
    hold(next) {
      if (held === next) return;
      held = next;
      if (!held) model.release();
    },
    release: () => model.release(),
    close() {
      abort.abort();
      closeFeed();
      clearTimeout(batchTimer);
      clearTimeout(countsTimer);
      clearTimeout(startTimer);
    },
  };
}
