import { type Logger, silentLogger } from '@pilothouse/core';
import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { isMigrated, migrate } from './migrate.ts';
import type { Migration } from './migration.ts';
import { migrations as realMigrations } from './migrations/migrations.ts';
import { describeDatabases } from './test-databases.ts';

function step(id: string, ...statements: string[]): Migration {
  return { id, phase: 'expand', statements: () => statements };
}

const first = step('0001-first', 'create table step_one (a integer)');
const second = step('0002-second', 'create table step_two (a integer)', 'insert into step_two values (1)');
const broken = step('0002-second', 'create table step_two (a integer)', 'insert into nowhere values (1)');

describeDatabases(
  'migrations',
  (use) => {
    afterEach(async () => {
      await use().database.transaction(async (tx) => {
        for (const table of ['step_one', 'step_two', 'schema_migrations'])
          await sql.raw(`drop table if exists ${table}`).execute(tx);
      });
    });
    const recorded = async () =>
      (await use().database.reader.selectFrom('schema_migrations').select('id').orderBy('id').execute()).map(
        ({ id }) => id,
      );

    it('are applied once, in order', async () => {
      const { database } = use();
      expect(await migrate(database, [first], silentLogger)).toEqual(['0001-first']);
      expect(await isMigrated(database, [first, second])).toBe(false);
      expect(await migrate(database, [first, second], silentLogger)).toEqual(['0002-second']);
      expect(await migrate(database, [first, second], silentLogger)).toEqual([]);
      expect(await isMigrated(database, [first, second])).toBe(true);
    });

    it('leave no trace when they fail, and run again when they are mended', async () => {
      const { database } = use();
      await expect(migrate(database, [first, broken], silentLogger)).rejects.toThrow(
        '0002-second failed and was undone',
      );
      expect(await recorded()).toEqual(['0001-first']);
      await expect(sql`select * from step_two`.execute(database.reader)).rejects.toThrow();
      expect(await migrate(database, [first, second], silentLogger)).toEqual(['0002-second']);
    });

    it('leave no trace when their code fails', async () => {
      const { database } = use();
      const failing: Migration = { ...second, run: () => Promise.reject(new Error('no')) };
      await expect(migrate(database, [first, failing], silentLogger)).rejects.toThrow('was undone: no');
      expect(await recorded()).toEqual(['0001-first']);
      await expect(sql`select * from step_two`.execute(database.reader)).rejects.toThrow();
    });

    it('run each once when several replicas start together', async () => {
      const { open } = use();
      const replicas = await Promise.all(Array.from({ length: 4 }, open));
      const applied = await Promise.all(replicas.map((replica) => migrate(replica, [first, second], silentLogger)));
      expect(applied.flat().toSorted()).toEqual(['0001-first', '0002-second']);
      const { rows } = await sql<{ a: number }>`select a from step_two`.execute(use().database.reader);
      expect(rows).toHaveLength(1);
    });

    it('refuse a database of a newer release, and one with another history', async () => {
      const { database } = use();
      await migrate(database, [first, second], silentLogger);
      await expect(migrate(database, [first], silentLogger)).rejects.toThrow('newer release (it has 0002-second)');
      await expect(migrate(database, [first, step('0002-second', 'select 1')], silentLogger)).rejects.toThrow(
        'with another content',
      );
    });

    it('are refused when out of order or misnamed', async () => {
      const { database } = use();
      await expect(migrate(database, [second, first], silentLogger)).rejects.toThrow('out of order');
      await expect(migrate(database, [first, step('0001-again')], silentLogger)).rejects.toThrow('out of order');
      await expect(migrate(database, [step('one')], silentLogger)).rejects.toThrow('out of order');
    });

    it('of this release apply to an empty database and are told to the log', async () => {
      const { database } = use();
      const lines: unknown[] = [];
      const log: Logger = { ...silentLogger, info: (_, fields) => void lines.push(fields?.migration) };
      // The tables of this suite's own database are there already from its start.
      expect(realMigrations.map(({ id }) => id)).toEqual(realMigrations.map(({ id }) => id).toSorted());
      await migrate(database, [first], log);
      expect(lines).toEqual(['0001-first']);
    });
  },
  { migrations: [], keepRows: true },
);
