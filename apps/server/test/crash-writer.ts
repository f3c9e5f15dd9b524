// The program that crash.test.ts kills: it moves money between accounts, one transaction after the other, and prints each one it was told is kept.
import { silentLogger, systemClock } from '@pilothouse/core';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createLocalDoorbell } from '../src/platform/events/doorbell.ts';
import { createEventLog } from '../src/platform/events/event-log.ts';
import { accountCount, move } from './accounts.ts';

const location = JSON.parse(process.argv[2] ?? '') as { sqliteFile: string } | { postgresUrl: string };
const database = await openDatabase({ ...location, log: silentLogger });
const events = createEventLog({ database, doorbell: createLocalDoorbell(database), clock: systemClock });

async function write(first: number): Promise<void> {
  for (let round = first; ; round += 1) {
    const id = round % accountCount;
    const version = await move(
      { database, events },
      { from: id, to: (id + 1) % accountCount, amount: 1 + (round % 7) },
    );
    process.stdout.write(`${id} ${version}\n`);
  }
}

await Promise.all([write(0), write(1), write(2), write(3)]);
