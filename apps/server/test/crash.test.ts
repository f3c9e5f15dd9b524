import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeDatabases, type TestDatabase } from '../src/platform/database/test-databases.ts';
import { createLocalDoorbell } from '../src/platform/events/doorbell.ts';
import { createEventLog } from '../src/platform/events/event-log.ts';
import { accountsMigration, findContradictions, openAccounts } from './accounts.ts';

const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

/** Lets the writer run for a while and kills it; adds what it acknowledged. */
async function runAndKill({ location }: TestDatabase, acknowledged: Map<number, number>): Promise<number> {
  const child = spawn(process.execPath, [writer, JSON.stringify(location)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let count = 0;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [id = 0, version = 0] = line.split(' ').map(Number);
    acknowledged.set(id, Math.max(version, acknowledged.get(id) ?? 0));
    count += 1;
  });
  await once(lines, 'line');
  await sleep(Math.random() * 150);
  child.kill('SIGKILL');
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return count;
}

describeDatabases(
  'a server that is killed in the middle of writes',
  (use) => {
    it('has lost nothing it acknowledged, and its log says what its state says, ten times over', {
      timeout: 120_000,
    }, async () => {
      const { database } = use();
      const events = createEventLog({ database, doorbell: createLocalDoorbell(database) });
      await openAccounts({ database });
      const acknowledged = new Map<number, number>();
      let writes = 0;
      for (let round = 0; round < 10; round += 1) {
        writes += await runAndKill(use(), acknowledged);
        expect(await findContradictions({ database, events }, acknowledged)).toEqual([]);
      }
      expect(writes).toBeGreaterThan(50);
    });
  },
  { extraMigrations: [accountsMigration] },
);
