import type { SqlDialect } from './sql-dialect.ts';
import type { Reader, Transaction } from './transaction.ts';

export type { Reader, Transaction } from './transaction.ts';

/** One database for everything: SQLite in the data folder, or PostgreSQL. */
export type Database = {
  readonly dialect: SqlDialect;
  /** Sees what was committed. Cannot write: on SQLite its connection is read-only. */
  readonly reader: Reader;
  /**
   * Runs `work` in one transaction: all of it is kept, or nothing. Use only `tx` for what belongs to it, keep it short, and do nothing in it that
   * cannot be done again: after a deadlock or serialisation failure on PostgreSQL `work` runs once more. Throws `already_exists` for a
   * violated unique key and `database_unavailable` when the database is away or full. A transaction inside another is refused.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs inside the transaction, after all else and before it commits. */
  beforeCommit(tx: Transaction, work: () => Promise<void>): void;
  /** Runs once the transaction is committed, and never otherwise. Must not throw. */
  afterCommit(tx: Transaction, work: () => void): void;
  /** Throws `database_unavailable` when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
};
