import type { Database } from '../src/platform/database/database.ts';
import type { Migration } from '../src/platform/database/migration.ts';
import type { EventLog } from '../src/platform/events/event-log.ts';

declare module '../src/platform/database/tables.ts' {
  interface Tables {
    test_accounts: { id: number; balance: number; version: number };
  }
}

/** Rows that only make sense together: their sum never changes, and each version of each has its event. */
export const accountsMigration: Migration = {
  id: '9998-test-accounts',
  phase: 'expand',
  statements: ({ integer }) => [
    `create table test_accounts (id ${integer} primary key, balance ${integer} not null, version ${integer} not null)`,
  ],
};

export const accountCount = 8;

type Bank = { database: Database; events: EventLog };

export async function openAccounts({ database }: Pick<Bank, 'database'>): Promise<void> {
  await database.transaction(async (tx) => {
    for (let id = 0; id < accountCount; id += 1)
      await tx.insertInto('test_accounts').values({ id, balance: 1000, version: 0 }).execute();
  });
}

export type Move = { from: number; to: number; amount: number };

/** Gives the new version of the account the money came from. */
export function move({ database, events }: Bank, { from, to, amount }: Move): Promise<number> {
  return database.transaction(async (tx) => {
    const versions = new Map<number, number>();
    // In one order, so that two moves never wait for each other.
    for (const id of [from, to].toSorted((a, b) => a - b)) {
      const change = id === from ? -amount : amount;
      const row = await tx
        .updateTable('test_accounts')
        .set((build) => ({ balance: build('balance', '+', change), version: build('version', '+', 1) }))
        .where('id', '=', id)
        .returning('version')
        .executeTakeFirstOrThrow();
      versions.set(id, row.version);
      events.append(tx, {
        type: 'account.moved',
        subject: `account/${id}`,
        actor: 'system',
        data: { version: row.version },
      });
    }
    return versions.get(from) ?? 0;
  });
}

/** What is wrong between state, log and what was acknowledged (account -> version); nothing should be. */
export async function findContradictions(
  { database, events }: Bank,
  acknowledged: ReadonlyMap<number, number>,
): Promise<string[]> {
  const accounts = await database.transaction(async (tx) => {
    // Takes every row's lock: a commit that the killed writer still got out is waited for, on PostgreSQL, before anything is read.
    await tx
      .updateTable('test_accounts')
      .set((build) => ({ balance: build.ref('balance') }))
      .execute();
    return tx.selectFrom('test_accounts').selectAll().execute();
  });
  const wrong: string[] = [];
  const sum = accounts.reduce((total, { balance }) => total + balance, 0);
  if (sum !== 1000 * accountCount) wrong.push(`the balances add up to ${sum}`);
  const logged = new Map<string, number>();
  for (let place = 0; ; ) {
    const page = await events.readAfter(place, { limit: 1000 });
    for (const { subject, data, seq } of page) {
      const before = logged.get(subject) ?? 0;
      if (data.version !== before + 1)
        wrong.push(`event ${seq}: ${subject} went from version ${before} to ${data.version}`);
      logged.set(subject, Number(data.version));
      place = seq;
    }
    if (page.length < 1000) break;
  }
  for (const { id, version } of accounts) {
    if ((logged.get(`account/${id}`) ?? 0) !== version)
      wrong.push(`account ${id} is at version ${version}, the log at ${logged.get(`account/${id}`)}`);
    const promised = acknowledged.get(id) ?? 0;
    if (promised > version) wrong.push(`account ${id}: version ${promised} was acknowledged, ${version} is there`);
  }
  return wrong;
}
