import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@pilothouse/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { migrations } from '../src/platform/database/migrations/migrations.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createTestPostgres, findPostgres, type TestPostgres } from '../src/platform/database/test-postgres.ts';
import { createConsumerService } from '../src/platform/events/consumer-service.ts';
import { createEventLog } from '../src/platform/events/event-log.ts';
import { createPostgresDoorbell } from '../src/platform/events/postgres-doorbell.ts';
import { createLeases } from '../src/platform/leases/leases.ts';
import { accountCount, accountsMigration, findContradictions, move, openAccounts } from './accounts.ts';

const found = findPostgres();
const missing = 'missing' in found ? found.missing : undefined;

describe.skipIf(missing)(`PostgreSQL restarted under load${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let server: TestPostgres;
  let database: Database;
  beforeAll(async () => {
    server = createTestPostgres('folder' in found ? found.folder : '', { durable: true });
    server.start();
    database = await openDatabase({ postgresUrl: server.url('postgres'), log: silentLogger });
    await migrate(database, [...migrations, accountsMigration], silentLogger);
  });
  afterAll(async () => {
    await database.close();
    server.stop('immediate');
    server.remove();
  });

  it('loses no acknowledged write, and writers and consumers go on by themselves', { timeout: 120_000 }, async () => {
    const { doorbell, service } = createPostgresDoorbell({ database, url: server.url('postgres'), log: silentLogger });
    const events = createEventLog({ database, doorbell });
    const bank = { database, events };
    await openAccounts(bank);
    const stop = new AbortController();
    const acknowledged = new Map<number, number>();
    const failures: unknown[] = [];
    const consumed = new Map<string, number>();
    const outOfOrder: string[] = [];

    const ringing = service.run(stop.signal, () => {});
    const consumer = createConsumerService(
      {
        name: 'auditor',
        handle: async ({ subject, data }) => {
          const before = consumed.get(subject) ?? 0;
          const version = Number(data.version);
          // At least once: what was seen may come again, but nothing may be left out.
          if (version > before + 1) outOfOrder.push(`${subject}: ${before} -> ${version}`);
          consumed.set(subject, Math.max(before, version));
        },
      },
      {
        ...bank,
        doorbell,
        log: silentLogger,
        leases: createLeases({ database, log: silentLogger, duration: 1500 }),
        pollInterval: 500,
      },
    );
    const consuming = consumer.run(stop.signal, () => {});

    let writing = true;
    let kept = 0;
    const write = async (worker: number) => {
      for (let round = worker; writing; round += 1) {
        const from = round % accountCount;
        try {
          const version = await move(bank, { from, to: (from + 1) % accountCount, amount: 1 });
          acknowledged.set(from, Math.max(version, acknowledged.get(from) ?? 0));
          kept += 1;
        } catch (error) {
          failures.push(error);
          await sleep(20);
        }
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    for (const mode of ['fast', 'immediate'] as const) {
      const before = kept;
      await expect.poll(() => kept, { timeout: 20_000 }).toBeGreaterThan(before + 100);
      server.stop(mode);
      await sleep(300);
      server.start();
    }
    const after = kept;
    await expect.poll(() => kept, { timeout: 20_000 }).toBeGreaterThan(after + 100);
    writing = false;
    await Promise.all(writers);

    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure).toMatchObject({ code: 'database_unavailable' });
    expect(await findContradictions(bank, acknowledged)).toEqual([]);
    const { rows } = { rows: await database.reader.selectFrom('test_accounts').select(['id', 'version']).execute() };
    await expect
      .poll(() => rows.every(({ id, version }) => consumed.get(`account/${id}`) === version), { timeout: 20_000 })
      .toBe(true);
    expect(outOfOrder).toEqual([]);
    stop.abort();
    await Promise.all([ringing, consuming]);
  });
});
