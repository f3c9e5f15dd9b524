import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Transaction } from './transaction.ts';

/** The few things that the two databases do differently. */
export type SqlDialect = {
  readonly name: 'sqlite' | 'postgres';
  readonly types: ColumnTypes;
  /** Locks the rows a query reads until the transaction ends. SQLite has one writer at a time and needs no lock. */
  forUpdate<DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O>;
  /** Like `forUpdate`, but leaves out rows that another transaction holds. */
  forUpdateSkipLocked<DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>): SelectQueryBuilder<DB, TB, O>;
  /** One transaction at a time passes, among all replicas, until it ends. */
  advisoryLock(tx: Transaction, name: string): Promise<void>;
  /** The database's clock in milliseconds since the epoch: one clock for all replicas. */
  now(): RawBuilder<number>;
};

/** Column types for migrations. */
export type ColumnTypes = {
  /** Compares and sorts by bytes on both databases. */
  readonly text: string;
  readonly integer: string;
  /** A document; stores read and write its text. */
  readonly json: string;
  readonly bytes: string;
  /** A primary key that counts up and never uses a number twice. */
  readonly sequence: string;
};

export const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  types: {
    text: 'text',
    integer: 'integer',
    json: 'text',
    bytes: 'blob',
    sequence: 'integer primary key autoincrement',
  },
  forUpdate: (query) => query,
  forUpdateSkipLocked: (query) => query,
  advisoryLock: () => Promise.resolve(),
  now: () => sql<number>`cast((julianday('now') - 2440587.5) * 86400000 as integer)`,
};

export const postgresDialect: SqlDialect = {
  name: 'postgres',
  types: {
    text: 'text collate "C"',
    integer: 'bigint',
    json: 'jsonb',
    bytes: 'bytea',
    sequence: 'bigint generated always as identity primary key',
  },
  forUpdate: (query) => query.forUpdate(),
  forUpdateSkipLocked: (query) => query.forUpdate().skipLocked(),
  async advisoryLock(tx, name) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
  },
  now: () => sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
};
