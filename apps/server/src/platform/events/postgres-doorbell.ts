import { type Clock, type Logger, messageOf, type Service, systemClock } from '@pilothouse/core';
import { sql } from 'kysely';
import type { Client } from 'pg';
import type { Database } from '../database/database.ts';
import { createDoorbellListeners, type Doorbell } from './doorbell.ts';

export type PostgresDoorbellDeps = { database: Database; url: string; log: Logger; clock?: Clock };

const channel = 'pilothouse';

/** The doorbell between replicas: LISTEN/NOTIFY on a connection of its own, made again whenever it is lost. */
export function createPostgresDoorbell(deps: PostgresDoorbellDeps): { doorbell: Doorbell; service: Service } {
  const { database, url, log, clock = systemClock } = deps;
  const listeners = createDoorbellListeners();

  /** Resolves when the connection is lost or the signal aborts. */
  async function listenOnce(signal: AbortSignal, connected: () => void): Promise<void> {
    const { default: pg } = await import('pg');
    const client: Client = new pg.Client({
      connectionString: url,
      application_name: 'pilothouse doorbell',
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
      // More than one may come, and each without a listener would end this process.
      client.on('error', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      await client.connect();
      client.on('notification', ({ payload }) => listeners.ring(payload ?? ''));
      await client.query(`listen ${channel}`);
      connected();
      // Whatever rang while nobody listened.
      listeners.ringAll();
      await ended;
    } finally {
      client.end().catch(() => {});
    }
  }

  const service: Service = {
    name: 'doorbell',
    async run(signal, ready) {
      for (let failures = 0; !signal.aborted; ) {
        try {
          await listenOnce(signal, () => {
            failures = 0;
            ready();
          });
          if (!signal.aborted) log.warn('the doorbell lost its connection and connects again');
        } catch (error) {
          log.warn('the doorbell cannot connect', { error: messageOf(error) });
        }
        failures += 1;
        const pause = Math.min(10_000, 100 * 2 ** failures) * (0.5 + Math.random() / 2);
        await clock.sleep(pause, signal).catch(() => {});
      }
    },
  };

  return {
    service,
    doorbell: {
      ringOnCommit(tx, topic) {
        database.beforeCommit(tx, async () => {
          await sql`select pg_notify(${channel}, ${topic})`.execute(tx);
        });
        // This process need not wait for its own notification.
        database.afterCommit(tx, () => listeners.ring(topic));
      },
      listen: listeners.listen,
    },
  };
}
