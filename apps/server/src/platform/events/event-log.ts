import type { PlatformEvent } from '@pilothouse/contract';
import { type Clock, systemClock, uuid7 } from '@pilothouse/core';
import type { Generated, Selectable } from 'kysely';
import type { Database, Reader, Transaction } from '../database/database.ts';
import { fromJson, toJson } from '../database/json-column.ts';
import type { Doorbell } from './doorbell.ts';
import { typeCondition } from './event-type-filter.ts';

declare module '../database/tables.ts' {
  interface Tables {
    events: EventRow;
  }
}

type EventRow = {
  seq: Generated<number>;
  id: string;
  type: string;
  subject: string;
  actor: string;
  generation: number | null;
  at: number;
  data: string;
};

export type NewEvent = {
  /** Past tense, noun first: `cluster.registered`. */
  readonly type: string;
  /** `cluster/<id>`: events of one subject are handled in order. */
  readonly subject: string;
  /** `user/<id>`, `system`, `controller/<name>`. */
  readonly actor: string;
  readonly generation?: number;
  /** Identity, not state, about 200 bytes: a reader fetches what it needs. */
  readonly data?: Readonly<Record<string, unknown>>;
};

export type EventLog = {
  /** Announces a change in the transaction of the change; gives the event's id. Its place in the log is taken when the transaction commits. */
  append(tx: Transaction, event: NewEvent): string;
  /** Events after a place in the log, oldest first. An event never appears before one that was given earlier: no reader can miss one. */
  readAfter(seq: number, options: { limit: number; types?: readonly string[] | undefined }): Promise<PlatformEvent[]>;
  /** Newest first, for people. `before` is the seq of the last one on the page before. */
  list(options: EventListOptions): Promise<PlatformEvent[]>;
  /** The first and last seq that are kept; 0 in a log that never had an event. */
  bounds(): Promise<{ oldest: number; newest: number }>;
};

export type EventListOptions = {
  limit: number;
  before?: number | undefined;
  types?: readonly string[] | undefined;
  subject?: string | undefined;
};

export type EventLogDeps = { database: Database; doorbell: Doorbell; clock?: Clock };

/** Held from the moment a transaction numbers its events until it has committed; see docs/adr/0002. */
const appendLock = 'pilothouse events';
/** Far below the number of values that either database takes in one statement. */
const rowsPerStatement = 1000;

export function createEventLog({ database, doorbell, clock = systemClock }: EventLogDeps): EventLog {
  const waiting = new WeakMap<Transaction, EventRowToInsert[]>();

  async function number(tx: Transaction, rows: EventRowToInsert[]): Promise<void> {
    await database.dialect.advisoryLock(tx, appendLock);
    for (let from = 0; from < rows.length; from += rowsPerStatement) {
      await tx
        .insertInto('events')
        .values(rows.slice(from, from + rowsPerStatement))
        .execute();
    }
  }

  return {
    append(tx, event) {
      const row = rowOf(event, clock.now());
      const rows = waiting.get(tx);
      if (rows) {
        rows.push(row);
        return row.id;
      }
      const own = [row];
      waiting.set(tx, own);
      doorbell.ringOnCommit(tx, 'events');
      database.beforeCommit(tx, () => number(tx, own));
      return row.id;
    },

    async readAfter(seq, { limit, types }) {
      let query = selectEvents(database.reader).where('seq', '>', seq).orderBy('seq').limit(limit);
      if (types) query = query.where(typeCondition(types));
      return (await query.execute()).map(eventOf);
    },

    async list({ limit, before, types, subject }) {
      let query = selectEvents(database.reader).orderBy('seq', 'desc').limit(limit);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (types) query = query.where(typeCondition(types));
      if (subject !== undefined) query = query.where('subject', '=', subject);
      return (await query.execute()).map(eventOf);
    },

    async bounds() {
      const row = await database.reader
        .selectFrom('events')
        .select(({ fn }) => [fn.min('seq').as('oldest'), fn.max('seq').as('newest')])
        .executeTakeFirst();
      return { oldest: row?.oldest ?? 0, newest: row?.newest ?? 0 };
    },
  };
}

type EventRowToInsert = Omit<EventRow, 'seq'>;

function rowOf({ type, subject, actor, generation, data = {} }: NewEvent, at: number): EventRowToInsert {
  return { id: uuid7(at), type, subject, actor, generation: generation ?? null, at, data: toJson(data) };
}

export function selectEvents(reader: Reader) {
  return reader.selectFrom('events').select(['seq', 'id', 'type', 'subject', 'actor', 'generation', 'at', 'data']);
}

export function eventOf(row: Selectable<EventRow>): PlatformEvent {
  const { seq, id, type, subject, actor, generation } = row;
  return {
    seq,
    id,
    type,
    subject,
    actor,
    ...(generation === null ? {} : { generation }),
    at: new Date(row.at).toISOString(),
    data: fromJson(row.data),
  };
}
