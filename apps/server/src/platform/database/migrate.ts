import { createHash } from 'node:crypto';
import { type Logger, messageOf } from '@pilothouse/core';
import { sql } from 'kysely';
import type { Database, Transaction } from './database.ts';
import type { Migration } from './migration.ts';

declare module './tables.ts' {
  interface Tables {
    schema_migrations: { id: string; checksum: string; applied_at: number };
  }
}

/**
 * Brings the schema up to date: each migration in a transaction of its own, under a lock among replicas, and recorded in that same
 * transaction, so a failed one leaves nothing behind. Refuses a database that a newer release has migrated, and one whose history
 * is not ours. Gives the ids it applied.
 */
export async function migrate(database: Database, migrations: readonly Migration[], log: Logger): Promise<string[]> {
  checkOrder(migrations);
  await database.transaction(async (tx) => {
    await database.dialect.advisoryLock(tx, lockName);
    const { text, integer } = database.dialect.types;
    await sql
      .raw(
        `create table if not exists schema_migrations (id ${text} primary key, checksum ${text} not null, applied_at ${integer} not null)`,
      )
      .execute(tx);
  });
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await applyOnce(database, migration, migrations)) {
      applied.push(migration.id);
      log.info('migration applied', { migration: migration.id });
    }
  }
  return applied;
}

/** Whether every migration is applied; for readiness. */
export async function isMigrated(database: Database, migrations: readonly Migration[]): Promise<boolean> {
  const { count } = await database.reader
    .selectFrom('schema_migrations')
    .select(database.reader.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count) >= migrations.length;
}

const lockName = 'pilothouse schema';

async function applyOnce(database: Database, migration: Migration, all: readonly Migration[]): Promise<boolean> {
  const { dialect } = database;
  const statements = migration.statements(dialect.types, dialect.name);
  const checksum = createHash('sha256').update(statements.join(';\n')).digest('hex');
  return database.transaction(async (tx) => {
    await dialect.advisoryLock(tx, lockName);
    const history = await readHistory(tx, all);
    const recorded = history.get(migration.id);
    if (recorded === checksum) return false;
    if (recorded !== undefined)
      throw new Error(`Migration ${migration.id} was applied to this database with another content than it has here.`);
    try {
      for (const statement of statements) await sql.raw(statement).execute(tx);
      await migration.run?.(tx, database);
    } catch (cause) {
      throw new Error(`Migration ${migration.id} failed and was undone: ${messageOf(cause)}`, { cause });
    }
    await tx.insertInto('schema_migrations').values({ id: migration.id, checksum, applied_at: Date.now() }).execute();
    return true;
  });
}

async function readHistory(tx: Transaction, all: readonly Migration[]): Promise<Map<string, string>> {
  const rows = await tx.selectFrom('schema_migrations').select(['id', 'checksum']).execute();
  const unknown = rows.map((row) => row.id).find((id) => !all.some((migration) => migration.id === id));
  if (unknown)
    throw new Error(
      `This database was migrated by a newer release (it has ${unknown}). Start that release, or restore a backup from before.`,
    );
  return new Map(rows.map((row) => [row.id, row.checksum]));
}

function checkOrder(migrations: readonly Migration[]): void {
  for (const [index, { id }] of migrations.entries()) {
    const before = migrations[index - 1]?.id ?? '';
    if (!/^\d{4}-[a-z0-9-]+$/.test(id) || id.slice(0, 4) <= before.slice(0, 4))
      throw new Error(`Migration ${id} is out of order: ids are four digits and a name, and the digits grow.`);
  }
}
