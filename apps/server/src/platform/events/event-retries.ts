import type { PlatformEvent } from '@pilothouse/contract';
import { uuid7 } from '@pilothouse/core';
import type { Reader, Transaction } from '../database/database.ts';
import { fromJson, toJson } from '../database/json-column.ts';

declare module '../database/tables.ts' {
  interface Tables {
    event_retries: {
      consumer: string;
      seq: number;
      subject: string;
      event: string;
      attempts: number;
      due_at: number | null;
      error: string | null;
    };
    dead_letters: {
      id: string;
      consumer: string;
      seq: number;
      event: string;
      attempts: number;
      error: string;
      at: number;
    };
  }
}

export type Retry = { event: PlatformEvent; attempts: number };

/** Subjects with an event that waits: later events of theirs have to wait behind it. */
export async function waitingSubjects(reader: Reader, consumer: string): Promise<Set<string>> {
  const rows = await reader
    .selectFrom('event_retries')
    .select('subject')
    .distinct()
    .where('consumer', '=', consumer)
    .execute();
  return new Set(rows.map((row) => row.subject));
}

export async function dueRetries(reader: Reader, consumer: string, now: number): Promise<Retry[]> {
  const rows = await reader
    .selectFrom('event_retries')
    .select(['event', 'attempts'])
    .where('consumer', '=', consumer)
    .where('due_at', '<=', now)
    .orderBy('seq')
    .limit(50)
    .execute();
  return rows.map(({ event, attempts }) => ({ event: fromJson<PlatformEvent>(event), attempts }));
}

/** When the next retry is due, if any waits. */
export async function nextDue(reader: Reader, consumer: string): Promise<number | undefined> {
  const row = await reader
    .selectFrom('event_retries')
    .select(({ fn }) => fn.min('due_at').as('due'))
    .where('consumer', '=', consumer)
    .executeTakeFirst();
  return row?.due ?? undefined;
}

export type Parked = { event: PlatformEvent; attempts: number; dueAt: number | undefined; error: string | undefined };

/** Sets an event aside. Without `dueAt` it waits behind an earlier one of its subject. */
export async function park(
  tx: Transaction,
  consumer: string,
  { event, attempts, dueAt, error }: Parked,
): Promise<void> {
  const values = { attempts, due_at: dueAt ?? null, error: error ?? null };
  await tx
    .insertInto('event_retries')
    .values({ consumer, seq: event.seq, subject: event.subject, event: toJson(event), ...values })
    .onConflict((conflict) => conflict.columns(['consumer', 'seq']).doUpdateSet(values))
    .execute();
}

/** Takes an event off the list and lets the next one of its subject be tried; gives whether there is one. */
export async function settle(tx: Transaction, consumer: string, event: PlatformEvent, now: number): Promise<boolean> {
  await tx.deleteFrom('event_retries').where('consumer', '=', consumer).where('seq', '=', event.seq).execute();
  const next = await tx
    .selectFrom('event_retries')
    .select('seq')
    .where('consumer', '=', consumer)
    .where('subject', '=', event.subject)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  if (!next) return false;
  await tx
    .updateTable('event_retries')
    .set({ due_at: now })
    .where('consumer', '=', consumer)
    .where('seq', '=', next.seq)
    .where('due_at', 'is', null)
    .execute();
  return true;
}

export type Bury = { consumer: string; event: PlatformEvent; attempts: number; error: string; at: number };

export async function bury(tx: Transaction, { consumer, event, attempts, error, at }: Bury): Promise<void> {
  await tx
    .insertInto('dead_letters')
    .values({
      id: uuid7(at),
      consumer,
      seq: event.seq,
      event: toJson(event),
      attempts,
      error: error.slice(0, 4000),
      at,
    })
    .execute();
}
