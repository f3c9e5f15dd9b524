import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pilothouse/core';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migration.ts';
import { migrations as allMigrations } from './migrations/migrations.ts';
import { openDatabase } from './open-database.ts';
import { findPostgres, sharedTestPostgres } from './test-postgres.ts';

/** One empty, migrated database per test file and dialect. `open` opens it once more, as a second replica would. */
export type TestDatabase = {
  readonly name: 'sqlite' | 'postgres';
  readonly database: Database;
  open(): Promise<Database>;
  /** The options that open it, for a child process. */
  readonly location: { sqliteFile: string } | { postgresUrl: string };
};

export type TestDatabaseOptions = {
  /** Default: all of them. */
  migrations?: readonly Migration[];
  /** Tables that only the test needs, besides. */
  extraMigrations?: readonly Migration[];
  /** Tables emptied after each test. Default: every table but the migrations'. */
  keepRows?: boolean;
};

type Suite = (use: () => TestDatabase) => void;

/** Runs the suite on SQLite and on PostgreSQL 15 or later; without one on this machine that half is skipped and says why. */
export function describeDatabases(title: string, suite: Suite, options: TestDatabaseOptions = {}): void {
  describe(`${title} (sqlite)`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'pilothouse-test-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    runSuite({ name: 'sqlite', locate: async () => ({ sqliteFile: join(folder, 'test.db') }), suite, options });
  });
  const postgres = findPostgres();
  if ('missing' in postgres) {
    describe.skip(`${title} (postgres: ${postgres.missing})`, () =>
      runSuite({ name: 'postgres', locate: () => Promise.reject(), suite, options }));
    return;
  }
  describe(`${title} (postgres)`, () => {
    const locate = async () => ({ postgresUrl: await createPostgresDatabase(postgres.folder) });
    runSuite({ name: 'postgres', locate, suite, options });
  });
}

type Run = {
  name: TestDatabase['name'];
  locate: () => Promise<TestDatabase['location']>;
  suite: Suite;
  options: TestDatabaseOptions;
};

function runSuite({ name, locate, suite, options }: Run): void {
  const { keepRows = false, extraMigrations = [] } = options;
  const migrations = [...(options.migrations ?? allMigrations), ...extraMigrations];
  let current: TestDatabase | undefined;
  const more: Database[] = [];

  beforeAll(async () => {
    const location = await locate();
    const database = await openDatabase({ ...location, log: silentLogger });
    await migrate(database, migrations, silentLogger);
    const open = async () => {
      const another = await openDatabase({ ...location, log: silentLogger });
      more.push(another);
      return another;
    };
    current = { name, database, location, open };
  });
  afterEach(async () => {
    for (const each of more.splice(0)) await each.close();
    if (current && !keepRows) await emptyTables(current.database);
  });
  afterAll(async () => {
    await current?.database.close();
  });
  suite(() => {
    if (!current) throw new Error('The test database is open only while a test runs.');
    return current;
  });
}

async function createPostgresDatabase(folder: string): Promise<string> {
  const url = await sharedTestPostgres(folder);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url('postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return url(name);
}

/** A database of its own for a test that stops, restarts or fills it. */
export async function emptyTables(database: Database): Promise<void> {
  const names = await tableNames(database);
  if (names.length === 0) return;
  await database.transaction(async (tx) => {
    if (database.dialect.name === 'postgres') {
      // Triggers that keep a table append-only are for the product, not for its tests.
      await sql`set local session_replication_role = replica`.execute(tx);
      await sql.raw(`truncate ${names.map((name) => `"${name}"`).join(', ')} cascade`).execute(tx);
      return;
    }
    await sql`pragma defer_foreign_keys = on`.execute(tx);
    const { rows: triggers } = await sql<{ name: string; sql: string }>`
      select name, sql from sqlite_schema where type = 'trigger'`.execute(tx);
    for (const trigger of triggers) await sql.raw(`drop trigger "${trigger.name}"`).execute(tx);
    for (const name of names) await sql.raw(`delete from "${name}"`).execute(tx);
    for (const trigger of triggers) await sql.raw(trigger.sql).execute(tx);
  });
}

async function tableNames({ dialect, reader }: Database): Promise<string[]> {
  const found =
    dialect.name === 'postgres'
      ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public'`
      : sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`;
  const { rows } = await found.execute(reader);
  return rows.map((row) => row.name).filter((name) => name !== 'schema_migrations');
}
