import { randomBytes } from 'node:crypto';
import type { SourceFailure, SourceState, TableColumn } from '@pilothouse/contract';
import { type OpenSource, sourceFailureOf, sourceStateOf } from './resource-sources.ts';
import type { RowChange } from './table/resource-table.ts';
import type { RowFilter } from './table/row-filter.ts';
import { rowJson } from './table/table-page.ts';
import type { TableRow } from './table/table-row.ts';

/** A TableMessage as JSON text, made once and shared by all readers. `id` resumes the stream after this message; '' cannot be resumed from. */
export type FeedMessage = { readonly id: string; readonly json: string };

export type FeedReader = {
  message(message: FeedMessage): void;
  /** While the reader catches up: resolves when it has room for more, undefined when it has already. */
  room?(): Promise<void> | undefined;
  /** Nothing follows: the tables of the feed are gone. */
  end(reason: string): void;
};

/**
 * The live rows of one table under one filter, over several clusters, for any number of readers with the same rights.
 * A change is judged, encoded and numbered once; recent messages are kept, so that a reader who was cut off can go on.
 */
export type TableFeed = {
  /**
   * Starts a reader. It first gets what it missed since `lastId`, or else `ready`, and with `snapshot` every row in `changes`; a
   * `lastId` that is no longer kept gets `reset` and every row. All of that at its own pace, then `sources`, and from then on what changes.
   */
  join(reader: FeedReader, options: { lastId?: string | undefined; snapshot: boolean }): () => void;
  readonly readers: number;
  close(reason: string): void;
};

export type TableFeedOptions = {
  sources: readonly Pick<OpenSource, 'lease' | 'filter'>[];
  failures: readonly SourceFailure[];
  columns: readonly TableColumn[];
  /** Milliseconds that changes wait for company, so that a burst is one message. */
  window?: number;
};

const keptMessages = 2000;
const keptCharacters = 4_000_000;
const snapshotSlice = 250;
/** How often a reader may fall behind before it is let go. */
const mostTries = 4;
const resetJson = JSON.stringify({ type: 'reset', reason: 'What was missed is no longer kept' });

export function createTableFeed(options: TableFeedOptions): TableFeed {
  const { sources, failures, columns, window = 8 } = options;
  const epoch = randomBytes(5).toString('base64url');
  /** Readers, and whether each has caught up: until then it takes what changes from what is kept. */
  const readers = new Map<FeedReader, { caughtUp: boolean }>();
  const kept: FeedMessage[] = [];
  let keptSize = 0;
  let sequence = 0;
  let pending = new Map<string, TableRow | undefined>();
  let flushTimer: NodeJS.Timeout | undefined;
  let sourcesTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const unsubscribers = sources.flatMap(({ lease: { table }, filter }) => [
    table.subscribe((changes) => collect(filter, changes)),
    table.cache.subscribe({ state: announceSourcesSoon }),
  ]);

  function collect(filter: RowFilter | undefined, changes: readonly RowChange[]): void {
    for (const { before, after } of changes) {
      if (after && (!filter || filter.matches(after))) pending.set(after.id, after);
      else if (before && (!filter || filter.matches(before) || pending.has(before.id)))
        pending.set(before.id, undefined);
    }
    if (pending.size > 0) flushTimer ??= setTimeout(flush, window);
  }

  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (pending.size === 0 || closed) return;
    const upserts: string[] = [];
    const deletes: string[] = [];
    for (const [id, row] of pending) {
      if (row) upserts.push(rowJson(row, columns));
      else deletes.push(JSON.stringify(id));
    }
    pending = new Map();
    broadcast(changesJson(upserts, deletes));
  }

  function broadcast(json: string): void {
    sequence += 1;
    const message: FeedMessage = { id: `${epoch}.${sequence}`, json };
    kept.push(message);
    keptSize += json.length;
    while (kept.length > keptMessages || keptSize > keptCharacters) keptSize -= kept.shift()?.json.length ?? keptSize;
    for (const [reader, { caughtUp }] of readers) if (caughtUp) reader.message(message);
  }

  function announceSourcesSoon(): void {
    sourcesTimer ??= setTimeout(() => {
      sourcesTimer = undefined;
      if (!closed) broadcast(sourcesJson());
    }, 100);
  }

  function sourcesJson(): string {
    const states: SourceState[] = sources.map(({ lease }) => sourceStateOf(lease.table));
    const broken = sources.flatMap(({ lease }) => sourceFailureOf(lease.table) ?? []);
    return JSON.stringify({ type: 'sources', sources: states, failures: [...failures, ...broken] });
  }

  const unnumbered = (json: string): FeedMessage => ({ id: '', json });

  /** The number that a client's last id stands for, when it is one of ours. */
  function numberOf(lastId: string): number | undefined {
    const [ofEpoch, digits] = lastId.split('.');
    const number = Number(digits);
    return ofEpoch === epoch && Number.isInteger(number) && number >= 0 && number <= sequence ? number : undefined;
  }

  /** All matching rows in slices. What changes meanwhile is kept and follows. */
  async function sendRows(reader: FeedReader): Promise<void> {
    for (const { lease, filter } of sources) {
      let slice: string[] = [];
      for (const row of [...lease.table.rows()]) {
        if (row.superseded || (filter && !filter.matches(row))) continue;
        slice.push(rowJson(row, columns));
        if (slice.length < snapshotSlice) continue;
        reader.message(unnumbered(changesJson(slice, [])));
        slice = [];
        await (reader.room?.() ?? new Promise((resolve) => setImmediate(resolve)));
        if (!readers.has(reader)) return;
      }
      if (slice.length > 0) reader.message(unnumbered(changesJson(slice, [])));
    }
  }

  /** Hands on what is kept after `number` and gives the number reached; undefined when the reader fell behind what is kept. */
  async function replay(reader: FeedReader, number: number): Promise<number | undefined> {
    let reached = number;
    while (reached < sequence && readers.has(reader)) {
      const message = kept[reached - (sequence - kept.length)];
      if (!message) return undefined;
      reader.message(message);
      reached += 1;
      const room = reader.room?.();
      if (room !== undefined) await room;
    }
    return reached;
  }

  async function catchUp(
    reader: FeedReader,
    progress: { caughtUp: boolean },
    start: { number: number | undefined; isNew: boolean; rows: boolean },
  ): Promise<void> {
    let reached = start.number;
    for (let tries = 0; readers.has(reader) && tries < mostTries; tries += 1) {
      if (reached === undefined) {
        if (tries > 0 || !start.isNew) reader.message(unnumbered(resetJson));
        reader.message(unnumbered(JSON.stringify({ type: 'ready', columns })));
        reached = sequence;
        if (start.rows) await sendRows(reader);
      }
      reached = await replay(reader, reached);
      if (reached === undefined || !readers.has(reader)) continue;
      progress.caughtUp = true;
      reader.message({ id: `${epoch}.${sequence}`, json: sourcesJson() });
      return;
    }
    if (readers.delete(reader)) reader.end('This client did not read fast enough to catch up');
  }

  return {
    join(reader, { lastId, snapshot }) {
      flush();
      const progress = { caughtUp: false };
      readers.set(reader, progress);
      const number = lastId === undefined ? undefined : numberOf(lastId);
      void catchUp(reader, progress, { number, isNew: lastId === undefined, rows: snapshot || lastId !== undefined });
      return () => {
        readers.delete(reader);
      };
    },
    get readers() {
      return readers.size;
    },
    close(reason) {
      if (closed) return;
      closed = true;
      clearTimeout(flushTimer);
      clearTimeout(sourcesTimer);
      for (const unsubscribe of unsubscribers) unsubscribe();
      for (const { lease } of sources) lease.release();
      for (const reader of [...readers.keys()]) reader.end(reason);
      readers.clear();
    },
  };
}

function changesJson(upserts: readonly string[], deletes: readonly string[]): string {
  return `{"type":"changes","upserts":[${upserts.join(',')}],"deletes":[${deletes.join(',')}]}`;
}
