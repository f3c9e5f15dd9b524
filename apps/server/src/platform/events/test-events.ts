import { silentLogger } from '@pilothouse/core';
import type { Database } from '../database/database.ts';
import type { TestDatabase } from '../database/test-databases.ts';
import { createLocalDoorbell, type Doorbell } from './doorbell.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createPostgresDoorbell } from './postgres-doorbell.ts';

/** The log of one replica on a test database, with the doorbell that replica would have. */
export type TestEvents = { database: Database; events: EventLog; doorbell: Doorbell; stop(): Promise<void> };

export async function startTestEvents({ location }: TestDatabase, database: Database): Promise<TestEvents> {
  if ('sqliteFile' in location) {
    const doorbell = createLocalDoorbell(database);
    return { database, doorbell, events: createEventLog({ database, doorbell }), stop: async () => {} };
  }
  const { doorbell, service } = createPostgresDoorbell({ database, url: location.postgresUrl, log: silentLogger });
  const abort = new AbortController();
  let stopped: Promise<void> = Promise.resolve();
  await new Promise<void>((ready) => {
    stopped = service.run(abort.signal, ready);
  });
  const stop = () => {
    abort.abort();
    return stopped;
  };
  return { database, doorbell, events: createEventLog({ database, doorbell }), stop };
}

/** Appends one event in a transaction of its own. */
export function append(
  { database, events }: Pick<TestEvents, 'database' | 'events'>,
  type: string,
  subject = 'thing/1',
): Promise<string> {
  return database.transaction(async (tx) => events.append(tx, { type, subject, actor: 'system' }));
}
