import { randomBytes } from 'node:crypto';
import type { SourceFailure, SourceState, TableColumn } from '@pilothouse/contract';
import type { Clock } from '@pilothouse/core';
import { type OpenSource, sourceFailureOf, sourceStateOf } from './resource-sources.ts';
import type { RowChange } from './table/resource-table.ts';
import type { RowFilter } from './table/row-filter.ts';
import { rowJson } from './table/table-page.ts';
import type { TableRow } from './table/table-row.ts';

/** A TableMessage as JSON text, made once and shared by all readers. `id` resumes the stream after this message; '' cannot be resumed from. */
export type FeedMessage = { readonly id: string; readonly json: string };

export type FeedReader = {
  message(message: FeedMessage): void;
  /** Nothing follows: the tables of the feed are gone. */
  end(reason: string): void;
};

/**
 * The live rows of one table under one filter, over several clusters, for any number of readers with the same rights.
 * A change is judged, encoded and numbered once; recent messages are kept, so that a reader who was cut off can go on.
 */
export type TableFeed = {
  /**
   * Starts a reader. It first gets what it missed since `lastId`, or else `ready`, with `snapshot` every row in `changes`, and
   * `sources`; a `lastId` that is no longer kept gets `reset` and every row.
   */
  join(reader: FeedReader, options: { lastId?: string | undefined; snapshot: boolean }): () => void;
  readonly readers: number;
  close(reason: string): void;
};

export type TableFeedOptions = {
  sources: readonly Pick<OpenSource, 'lease' | 'filter'>[];
  failures: readonly SourceFailure[];
  columns: readonly TableColumn[];
  clock: Clock;
  /** Milliseconds that changes wait for company, so that a burst is one message. */
  window?: number;
};

const keptMessages = 2000;
const keptCharacters = 4_000_000;
const snapshotSlice = 250;

export function createTableFeed(options: TableFeedOptions): TableFeed {
  const { sources, failures, columns, window = 8 } = options;
  const epoch = randomBytes(5).toString('base64url');
  /** Readers, and whether each has been given the whole table: before that, no message may be resumed from. */
  const readers = new Map<FeedReader, { whole: boolean }>();
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
    for (const [reader, { whole }] of readers) reader.message(whole ? message : { id: '', json });
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

  function missedSince(lastId: string): FeedMessage[] | undefined {
    const [ofEpoch, number] = lastId.split('.');
    const last = Number(number);
    if (ofEpoch !== epoch || !Number.isInteger(last) || last > sequence || last < 0) return undefined;
    const missed = sequence - last;
    return missed <= kept.length ? kept.slice(kept.length - missed) : undefined;
  }

  /** All matching rows in slices, with room for the event loop between them; changes meanwhile reach the reader in order. */
  async function sendRows(reader: FeedReader): Promise<void> {
    for (const { lease, filter } of sources) {
      let slice: string[] = [];
      for (const row of [...lease.table.rows()]) {
        if (row.superseded || (filter && !filter.matches(row))) continue;
        slice.push(rowJson(row, columns));
        if (slice.length < snapshotSlice) continue;
        reader.message(unnumbered(changesJson(slice, [])));
        slice = [];
        await new Promise((resolve) => setImmediate(resolve));
        if (!readers.has(reader)) return;
      }
      if (slice.length > 0) reader.message(unnumbered(changesJson(slice, [])));
    }
  }

  async function begin(reader: FeedReader, progress: { whole: boolean }, rows: boolean): Promise<void> {
    reader.message(unnumbered(JSON.stringify({ type: 'ready', columns })));
    if (rows) await sendRows(reader);
    if (!readers.has(reader)) return;
    progress.whole = true;
    reader.message({ id: `${epoch}.${sequence}`, json: sourcesJson() });
  }

  return {
    join(reader, { lastId, snapshot }) {
      flush();
      const missed = lastId === undefined ? undefined : missedSince(lastId);
      const progress = { whole: missed !== undefined };
      readers.set(reader, progress);
      if (missed) for (const message of missed) reader.message(message);
      else {
        const lost = lastId !== undefined;
        if (lost)
          reader.message(unnumbered(JSON.stringify({ type: 'reset', reason: 'What was missed is no longer kept' })));
        void begin(reader, progress, lost || snapshot);
      }
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
