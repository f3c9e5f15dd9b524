import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeDatabases } from './test-databases.ts';

declare module './tables.ts' {
  interface Tables {
    things: { name: string; size: number; body: string; bytes: Uint8Array | null };
  }
}

const things = {
  id: '0001-things',
  phase: 'expand',
  statements: (types: { text: string; integer: string; json: string; bytes: string }) => [
    `create table things (name ${types.text} primary key, size ${types.integer} not null, body ${types.json} not null, bytes ${types.bytes})`,
  ],
} as const;

describeDatabases(
  'a database',
  (use) => {
    const thing = (name: string) => ({ name, size: 1, body: '{}', bytes: null });

    it('keeps a whole transaction or nothing of it', async () => {
      const { database } = use();
      const failed = database.transaction(async (tx) => {
        await tx.insertInto('things').values(thing('a')).execute();
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await database.reader.selectFrom('things').selectAll().execute()).toEqual([]);
      await database.transaction((tx) => tx.insertInto('things').values(thing('b')).execute());
      expect(await database.reader.selectFrom('things').select('name').execute()).toEqual([{ name: 'b' }]);
    });

    it('gives the same JavaScript values back on both databases', async () => {
      const { database } = use();
      const row = { name: 'é🙂', size: 2 ** 52, body: '{"a": [1, null]}', bytes: new Uint8Array([0, 255]) };
      await database.transaction((tx) => tx.insertInto('things').values(row).execute());
      const read = await database.reader.selectFrom('things').selectAll().executeTakeFirstOrThrow();
      expect({ ...read, bytes: [...(read.bytes ?? [])] }).toEqual({ ...row, bytes: [0, 255] });
    });

    it('sorts text by its bytes', async () => {
      const { database } = use();
      for (const name of ['b', 'B', 'a', 'Z', 'é', '_'])
        await database.transaction((tx) => tx.insertInto('things').values(thing(name)).execute());
      const rows = await database.reader.selectFrom('things').select('name').orderBy('name').execute();
      expect(rows.map((row) => row.name)).toEqual(['B', 'Z', '_', 'a', 'b', 'é']);
    });

    it('calls a violated unique key already_exists', async () => {
      const { database } = use();
      const insert = () => database.transaction((tx) => tx.insertInto('things').values(thing('a')).execute());
      await insert();
      await expect(insert()).rejects.toMatchObject({ code: 'already_exists', kind: 'conflict' });
    });

    it('runs what shall follow a commit only after one', async () => {
      const { database } = use();
      const journal: string[] = [];
      const work = (fail: boolean) =>
        database.transaction(async (tx) => {
          database.beforeCommit(tx, async () => {
            journal.push('before');
            if (fail) await sql`select nothing from nowhere`.execute(tx);
          });
          database.afterCommit(tx, () => void journal.push('after'));
          journal.push('work');
        });
      await work(false);
      expect(journal).toEqual(['work', 'before', 'after']);
      journal.length = 0;
      await expect(work(true)).rejects.toThrow();
      expect(journal).toEqual(['work', 'before']);
    });

    it('refuses a transaction inside another', async () => {
      const { database } = use();
      const nested = database.transaction(() => database.transaction(async () => {}));
      await expect(nested).rejects.toThrow('inside another');
    });

    it('never lets two transactions lose an update', async () => {
      const { database, open } = use();
      const replica = await open();
      await database.transaction((tx) => tx.insertInto('things').values(thing('counter')).execute());
      const increment = (which: typeof database) =>
        which.transaction(async (tx) => {
          const query = tx.selectFrom('things').select('size').where('name', '=', 'counter');
          const { size } = await which.dialect.forUpdate(query).executeTakeFirstOrThrow();
          await tx
            .updateTable('things')
            .set({ size: size + 1 })
            .where('name', '=', 'counter')
            .execute();
        });
      await Promise.all(Array.from({ length: 40 }, (_, index) => increment(index % 2 ? database : replica)));
      expect(await database.reader.selectFrom('things').select('size').execute()).toEqual([{ size: 41 }]);
    });

    it('runs a transaction again that deadlocked', async () => {
      const { database, name } = use();
      if (name === 'sqlite') return;
      for (const each of ['a', 'b'])
        await database.transaction((tx) => tx.insertInto('things').values(thing(each)).execute());
      const bump = (first: string, second: string) =>
        database.transaction(async (tx) => {
          for (const each of [first, second]) {
            await tx
              .updateTable('things')
              .set((build) => ({ size: build('size', '+', 1) }))
              .where('name', '=', each)
              .execute();
            await sql`select pg_sleep(0.05)`.execute(tx);
          }
        });
      await Promise.all([bump('a', 'b'), bump('b', 'a')]);
      expect(await database.reader.selectFrom('things').select('size').execute()).toEqual([{ size: 3 }, { size: 3 }]);
    });

    it('tells time within a second of this process', async () => {
      const { database } = use();
      const { rows } = await sql<{ now: number }>`select ${database.dialect.now()} as now`.execute(database.reader);
      expect(Math.abs((rows[0]?.now ?? 0) - Date.now())).toBeLessThan(1000);
    });
  },
  { migrations: [things] },
);
