import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, type Logger, messageOf, systemClock } from '@pilothouse/core';
import { type Dialect, Kysely, sql } from 'kysely';
import type { Database, Transaction } from './database.ts';
import { mayRunAgain } from './database-error.ts';
import { mapDialectErrors } from './mapped-driver.ts';
import { postgresDialect, type SqlDialect, sqliteDialect } from './sql-dialect.ts';
import { createSqliteKyselyDialect } from './sqlite-kysely-dialect.ts';
import type { Tables } from './tables.ts';

export type OpenDatabaseOptions = {
  log: Logger;
  clock?: Clock;
  /** Told how long each statement took. */
  observe?: (milliseconds: number, failed: boolean) => void;
} & ({ sqliteFile: string } | { postgresUrl: string; poolSize?: number });

/** Opens the database without touching its schema; `migrate` does that. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { log, clock = systemClock, observe } = options;
  if ('sqliteFile' in options) {
    const file = options.sqliteFile;
    const writer = createKysely(createSqliteKyselyDialect({ file, clock }), observe);
    // Makes the file and turns on its write-ahead log, without which a reader cannot open it.
    await sql`select 1`.execute(writer);
    const reader = createKysely(createSqliteKyselyDialect({ file, clock, readOnly: true }), observe);
    return createDatabase({ dialect: sqliteDialect, reader, writer, log });
  }
  // Loaded only here: most installations have no PostgreSQL.
  const { createPostgresKyselyDialect } = await import('./postgres-kysely-dialect.ts');
  const kysely = createKysely(
    createPostgresKyselyDialect({
      url: options.postgresUrl,
      log,
      ...(options.poolSize ? { poolSize: options.poolSize } : {}),
    }),
    observe,
  );
  return createDatabase({ dialect: postgresDialect, reader: kysely, writer: kysely, log });
}

function createKysely(dialect: Dialect, observe: OpenDatabaseOptions['observe']): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: mapDialectErrors(dialect, observe) });
}

type Parts = { dialect: SqlDialect; reader: Kysely<Tables>; writer: Kysely<Tables>; log: Logger };
type Hooks = { before: (() => Promise<void>)[]; after: (() => void)[] };

const tries = 4;

function createDatabase({ dialect, reader, writer, log }: Parts): Database {
  const hooksOf = new WeakMap<Transaction, Hooks>();
  const inTransaction = new AsyncLocalStorage<true>();

  function hooks(tx: Transaction): Hooks {
    const found = hooksOf.get(tx);
    if (!found) throw new Error('This transaction was not begun by Database.transaction, or is over.');
    return found;
  }

  async function runOnce<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const own: Hooks = { before: [], after: [] };
    const result = await writer.transaction().execute(async (tx) => {
      hooksOf.set(tx, own);
      try {
        const value = await work(tx);
        // A hook may add another.
        for (const before of own.before) await before();
        return value;
      } finally {
        hooksOf.delete(tx);
      }
    });
    for (const after of own.after) {
      try {
        after();
      } catch (error) {
        log.error('work after a commit failed', { error: messageOf(error) });
      }
    }
    return result;
  }

  async function run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction.run(true, () => runOnce(work));
      } catch (error) {
        if (!mayRunAgain(error) || attempt === tries) throw error;
        log.debug('transaction runs again', { attempt, error: messageOf(error) });
      }
    }
  }

  return {
    dialect,
    reader,
    transaction(work) {
      if (inTransaction.getStore())
        return Promise.reject(new Error('A transaction was begun inside another. Pass tx along instead.'));
      return run(work);
    },
    beforeCommit: (tx, work) => void hooks(tx).before.push(work),
    afterCommit: (tx, work) => void hooks(tx).after.push(work),
    async ping() {
      await sql`select 1`.execute(reader);
    },
    async close() {
      if (reader !== writer) await reader.destroy();
      await writer.destroy();
    },
  };
}
