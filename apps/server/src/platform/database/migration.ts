import type { Database, Transaction } from './database.ts';
import type { ColumnTypes, SqlDialect } from './sql-dialect.ts';

/**
 * One step of the schema, applied once and never edited after a release. Expand first (add what the new code needs, in a way the code of the
 * release before still works with), contract a release later, so that replicas of two releases can run side by side.
 */
export type Migration = {
  /** Four digits and a name, the name of its file: `0001-event-log`. */
  readonly id: string;
  readonly phase: 'expand' | 'contract';
  /** The statements, in order. Their text is the checksum, so it may depend on nothing but the dialect. */
  statements(types: ColumnTypes, dialect: SqlDialect['name']): readonly string[];
  /** For changes of data that SQL alone cannot say; runs after the statements, in the same transaction. */
  run?(tx: Transaction, database: Database): Promise<void>;
};
