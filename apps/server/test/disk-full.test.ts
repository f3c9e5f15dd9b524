import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pilothouse/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { migrations } from '../src/platform/database/migrations/migrations.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createLocalDoorbell } from '../src/platform/events/doorbell.ts';
import { createEventLog } from '../src/platform/events/event-log.ts';
import { accountsMigration, findContradictions, move, openAccounts } from './accounts.ts';

const folder = mkdtempSync(join(tmpdir(), 'pilothouse-full-'));
const shell = (command: string) => spawnSync('sh', ['-c', command]).status === 0;
const mounted = shell(`mount -t tmpfs -o size=3m tmpfs '${folder}'`);
if (!mounted) rmSync(folder, { recursive: true });

describe.skipIf(!mounted)(
  `SQLite on a full disk${mounted ? '' : ' (skipped: mounting a small disk needs root)'}`,
  () => {
    let database: Database;
    beforeEach(async () => {
      database = await openDatabase({ sqliteFile: join(folder, 'full.db'), log: silentLogger });
      await migrate(database, [...migrations, accountsMigration], silentLogger);
    });
    afterEach(async () => {
      await database.close();
      shell(`umount '${folder}'`);
      rmSync(folder, { recursive: true, force: true });
    });

    it('refuses writes it cannot keep, goes on reading, and writes again when there is room', {
      timeout: 60_000,
    }, async () => {
      const events = createEventLog({ database, doorbell: createLocalDoorbell(database) });
      const bank = { database, events };
      await openAccounts(bank);
      const acknowledged = new Map<number, number>();
      const tryMove = async (round: number) => {
        const from = round % 8;
        acknowledged.set(from, await move(bank, { from, to: (from + 3) % 8, amount: 1 }));
      };
      for (let round = 0; round < 20; round += 1) await tryMove(round);

      // Somebody else's file takes the rest of the disk.
      const hog = join(folder, 'hog');
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(hog, Buffer.alloc(Math.max(0, (bavail - 8) * bsize)));
      let refused: unknown;
      for (let round = 20; round < 2000 && !refused; round += 1)
        await tryMove(round).catch((error: unknown) => (refused = error));
      expect(refused).toMatchObject({
        code: 'database_unavailable',
        kind: 'unavailable',
        message: expect.stringContaining('the disk is full'),
      });
      await expect(tryMove(0)).rejects.toMatchObject({ code: 'database_unavailable' });
      expect(await findContradictions(bank, acknowledged)).toEqual([]);

      rmSync(hog);
      for (let round = 0; round < 20; round += 1) await tryMove(round);
      expect(await findContradictions(bank, acknowledged)).toEqual([]);
    });
  },
);
