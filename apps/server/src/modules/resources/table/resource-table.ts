import { type Clock, type Health, type Logger, messageOf } from '@pilothouse/core';
import type { KubeObject, ObjectKey, ResourceCache } from '@pilothouse/kube';
import { createOrderedRows, type OrderedRows } from './ordered-rows.ts';
import type { RowFilter } from './row-filter.ts';
import { baseOrder, type RowOrder } from './row-order.ts';
import { createRowView, type RowView } from './row-view.ts';
import { type RowSource, TableRow } from './table-row.ts';

export type RowChange = { readonly before: TableRow | undefined; readonly after: TableRow | undefined };

/**
 * The rows of one resource of one cluster, kept beside its watch cache. A row is made once per version of its object;
 * sorted orders and filter results are kept and brought up to date by what changed since they were last read.
 */
export type ResourceTable = {
  readonly source: RowSource;
  readonly cache: ResourceCache;
  /** Changes with each table made: a resume position of another life is not ours. */
  readonly epoch: string;
  /** The cache revision that the rows reflect. */
  readonly revision: number;
  readonly size: number;
  /** Resolves when the rows reflect what the cache holds now; yields to the event loop while it works. */
  settled(): Promise<void>;
  row(key: ObjectKey): TableRow | undefined;
  rows(): Iterable<TableRow>;
  ordered(order: RowOrder): readonly TableRow[];
  view(filter: RowFilter): RowView;
  /** Rows that changed, at once and in order. While nobody listens, rows are only made when read. */
  subscribe(listener: (changes: readonly RowChange[], revision: number) => void): () => void;
  close(): void;
};

export type ResourceTableOptions = {
  cache: ResourceCache;
  source: RowSource;
  epoch: string;
  clock: Clock;
  log: Logger;
};

const sliceMilliseconds = 6;
const keptOrders = 12;
const keptViews = 64;
const reviewInterval = 1000;

export function createResourceTable(options: ResourceTableOptions): ResourceTable {
  const { cache, source, epoch, clock, log } = options;
  const slots: (TableRow | undefined)[] = [];
  const freeSlots: number[] = [];
  const byKey = new Map<ObjectKey, TableRow>();
  const reviews = new Map<ObjectKey, number>();
  /** Keys whose rows are behind the cache. */
  const dirty = new Set<ObjectKey>();
  const orders = new Map<string, OrderedRows>();
  const views = new Map<string, RowView>();
  const listeners = new Set<(changes: readonly RowChange[], revision: number) => void>();
  let revision = 0;
  let warmed = false;
  let closed = false;
  let work: Promise<void> | undefined;
  let reviewTimer: NodeJS.Timeout | undefined;

  for (const object of cache.values()) dirty.add(keyOf(object));

  const unsubscribe = cache.subscribe({
    changes(batch) {
      for (const change of batch) dirty.add(change.key);
      if (listeners.size > 0) catchUp();
    },
  });

  function remake(key: ObjectKey): RowChange | undefined {
    const before = byKey.get(key);
    const object = cache.get(key);
    if (!object) {
      if (!before) return undefined;
      byKey.delete(key);
      reviews.delete(key);
      slots[before.slot] = undefined;
      freeSlots.push(before.slot);
      return { before, after: undefined };
    }
    const verdict = source.rules.health(object, clock.now());
    if (verdict.reviewAt === undefined) reviews.delete(key);
    else reviews.set(key, verdict.reviewAt);
    if (before?.object === object && sameHealth(before.health, verdict.health)) return undefined;
    const slot = before?.slot ?? freeSlots.pop() ?? slots.length;
    const after = new TableRow(source, slot, object, verdict.health);
    slots[slot] = after;
    byKey.set(key, after);
    return { before, after };
  }

  function record(change: RowChange): void {
    if (change.before) change.before.superseded = true;
    for (const order of orders.values()) order.note(change.after);
    const slot = change.before?.slot ?? change.after?.slot;
    if (slot !== undefined) for (const view of views.values()) view.note(slot);
  }

  /** Makes rows for at most one slice; true when none is left to make. */
  function runSlice(): boolean {
    const changes: RowChange[] = [];
    const deadline = performance.now() + sliceMilliseconds;
    for (const key of dirty) {
      dirty.delete(key);
      const change = remake(key);
      if (change) {
        record(change);
        changes.push(change);
      }
      if (performance.now() > deadline) break;
    }
    if (dirty.size === 0) {
      revision = cache.revision;
      if (!warmed && cache.state.phase !== 'syncing') {
        warmed = true;
        void warm();
      }
    }
    if (changes.length > 0) announce(changes);
    return dirty.size === 0;
  }

  function ordered(order: RowOrder): readonly TableRow[] {
    const everything = () => (order === baseOrder ? [...byKey.values()] : ordered(baseOrder));
    return touch(orders, order.key, () => createOrderedRows(order, everything), keptOrders).rows();
  }

  /** Makes what searching and sorting need of each row while nobody waits for it, so that the first who asks does not either. */
  async function warm(): Promise<void> {
    let deadline = performance.now() + sliceMilliseconds;
    for (const row of [...byKey.values()]) {
      if (!row.superseded) row.prepare();
      if (performance.now() < deadline) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (closed) return;
      deadline = performance.now() + sliceMilliseconds;
    }
  }

  function announce(changes: readonly RowChange[]): void {
    for (const listener of listeners) {
      try {
        listener(changes, revision);
      } catch (error) {
        log.error('a table listener failed', { error: messageOf(error) });
      }
    }
  }

  function markReviewsDue(): void {
    const now = clock.now();
    for (const [key, at] of reviews) if (at <= now) dirty.add(key);
  }

  function catchUp(): void {
    if (work || runSlice()) return;
    work = (async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (!runSlice());
    })().finally(() => {
      work = undefined;
    });
  }

  function reviewRegularly(): void {
    if (reviewTimer || listeners.size === 0) return;
    reviewTimer = setInterval(() => {
      markReviewsDue();
      if (dirty.size > 0) catchUp();
    }, reviewInterval);
    reviewTimer.unref();
  }

  return {
    source,
    cache,
    epoch,
    get revision() {
      return revision;
    },
    get size() {
      return byKey.size;
    },
    async settled() {
      markReviewsDue();
      if (dirty.size > 0) catchUp();
      while (work !== undefined) await work;
    },
    row: (key) => byKey.get(key),
    rows: () => byKey.values(),
    ordered,
    view(filter) {
      const view = touch(views, filter.key, () => createRowView(filter, slots), keptViews);
      view.refresh();
      return view;
    },
    subscribe(listener) {
      listeners.add(listener);
      reviewRegularly();
      if (dirty.size > 0) catchUp();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(reviewTimer);
        reviewTimer = undefined;
      };
    },
    close() {
      closed = true;
      unsubscribe();
      clearInterval(reviewTimer);
      listeners.clear();
      orders.clear();
      views.clear();
    },
  };
}

/** A map used as a least-recently-used cache: what is read goes to the end, what is first is dropped. */
function touch<V>(entries: Map<string, V>, key: string, make: () => V, limit: number): V {
  const value = entries.get(key) ?? make();
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
  return value;
}

function sameHealth(a: Health, b: Health): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}

function keyOf(object: KubeObject): ObjectKey {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
