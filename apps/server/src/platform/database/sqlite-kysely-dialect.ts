import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Clock, systemClock } from '@pilothouse/core';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

export type SqliteOptions = {
  file: string;
  /** Opens a connection that refuses to write. */
  readOnly?: boolean;
  clock?: Clock;
  /** Milliseconds to wait for another process that writes (default 5,000). */
  busyTimeout?: number;
};

const keptStatements = 500;

/** Kysely over one connection of `node:sqlite`. Whoever asks for the connection of a writer waits until the one before gives it back. */
export function createSqliteKyselyDialect(options: SqliteOptions): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => createDriver(options),
  };
}

function createDriver({ file, readOnly = false, clock = systemClock, busyTimeout = 5000 }: SqliteOptions): Driver {
  let database: DatabaseSync | undefined;
  let connection: DatabaseConnection | undefined;
  let last: Promise<void> = Promise.resolve();
  let release = () => {};

  function opened(): DatabaseSync {
    if (!database) throw new Error('The database is closed.');
    return database;
  }

  return {
    async init() {
      database = new DatabaseSync(file, { readOnly, timeout: 0, enableForeignKeyConstraints: true });
      if (!readOnly) database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory');
      database.exec('pragma cache_size = -16000; pragma mmap_size = 0');
      connection = createConnection(database);
    },
    async acquireConnection() {
      opened();
      if (!connection) throw new Error('The database is closed.');
      if (readOnly) return connection;
      const before = last;
      let done = () => {};
      last = new Promise((resolve) => {
        done = resolve;
      });
      await before;
      release = done;
      return connection;
    },
    async releaseConnection() {
      if (!readOnly) release();
    },
    /** The wait for another process is ours and not SQLite's, which would hold up everything else in this one. */
    async beginTransaction() {
      const giveUpAt = clock.now() + busyTimeout;
      for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
        try {
          return opened().exec('begin immediate');
        } catch (error) {
          if (!isBusy(error) || clock.now() >= giveUpAt) throw error;
          await clock.sleep(pause);
        }
      }
    },
    async commitTransaction() {
      opened().exec('commit');
    },
    async rollbackTransaction() {
      // A full disk undoes the transaction by itself.
      if (opened().isTransaction) opened().exec('rollback');
    },
    async destroy() {
      await last;
      database?.close();
      database = undefined;
      connection = undefined;
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

function createConnection(database: DatabaseSync): DatabaseConnection {
  const statements = new Map<string, { statement: StatementSync; returnsRows: boolean }>();

  function prepare(sql: string) {
    const known = statements.get(sql);
    if (known) {
      statements.delete(sql);
      statements.set(sql, known);
      return known;
    }
    const statement = database.prepare(sql);
    const made = { statement, returnsRows: statement.columns().length > 0 };
    statements.set(sql, made);
    if (statements.size > keptStatements) dropOldest(statements);
    return made;
  }

  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const { statement, returnsRows } = prepare(sql);
      const values = parameters as SQLInputValue[];
      if (returnsRows) {
        const rows = statement.all(...values) as R[];
        return { rows, numAffectedRows: BigInt(rows.length) };
      }
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
    // biome-ignore lint/correctness/useYield: reads are small here; what is large is paged
    async *streamQuery() {
      throw new Error('Streaming is not supported. Read in pages.');
    },
  };
}

function dropOldest(statements: Map<string, unknown>): void {
  const [oldest] = statements.keys();
  if (oldest !== undefined) statements.delete(oldest);
}
