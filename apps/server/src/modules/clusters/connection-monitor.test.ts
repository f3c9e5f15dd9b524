import { silentLogger, systemClock } from '@pilothouse/core';
import { expect, test } from 'vitest';
import type { Leases } from '../../platform/leases/leases.ts';
import type { ClusterRecord } from './cluster-store.ts';
import { createConnectionMonitor } from './connection-monitor.ts';
import type { ConnectionCheck } from './connection-state.ts';

type Deps = Parameters<typeof createConnectionMonitor>[0];

const record = (id: string): ClusterRecord => ({
  id,
  name: id,
  accessType: 'token',
  server: '',
  labels: {},
  isDefault: false,
  impersonate: false,
  version: 1,
  accessVersion: 1,
  createdAt: 0,
  updatedAt: 0,
  connection: { state: 'connected', since: 0 },
  facts: {
    asOf: new Date().toISOString(),
    version: 'v1',
    provider: 'other',
    features: { metrics: false, crds: [] },
    kinds: 1,
  },
});

/** A fleet whose clusters answer when told to. */
function startMonitor(ids: string[], options: { interval: number; holds?: boolean }) {
  const waiting = new Map<string, () => void>();
  const looks: string[] = [];
  const kept: [string, ConnectionCheck['state']][] = [];
  let atOnce = 0;
  let most = 0;
  const deps = {
    database: { transaction: async () => {} },
    store: { list: async () => ids.map(record) },
    leases: {
      async hold(_name, { signal, work }) {
        if (options.holds !== false) await work({ name: '', fence: 1, signal, release: async () => {} });
        else await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    } as Pick<Leases, 'hold'>,
    connections: {
      get: async (id: string) => ({
        client: {
          async getText() {
            looks.push(id);
            atOnce += 1;
            most = Math.max(most, atOnce);
            await new Promise<void>((resolve) => waiting.set(id, resolve));
            atOnce -= 1;
          },
        },
      }),
    },
    record: async (id: string, { state }: ConnectionCheck) => void kept.push([id, state]),
    clock: systemClock,
    log: silentLogger,
    interval: options.interval,
    atOnce: 5,
    random: () => 0.5,
  } as unknown as Deps;
  const abort = new AbortController();
  const stopped = createConnectionMonitor(deps).service.run(abort.signal, () => {});
  return {
    waiting,
    looks,
    kept,
    most: () => most,
    release(id: string) {
      waiting.get(id)?.();
      waiting.delete(id);
    },
    stop() {
      abort.abort();
      return stopped;
    },
  };
}

test('at most five clusters are looked at at the same time, and one that hangs holds up no other', async () => {
  const ids = Array.from({ length: 12 }, (_, index) => `c-${index}`);
  const fleet = startMonitor(ids, { interval: 60_000 });
  await expect.poll(() => fleet.waiting.size).toBe(5);
  // The first never answers; the others take turns in the four places that are left.
  const answered = new Set<string>();
  await expect
    .poll(
      () => {
        for (const id of fleet.waiting.keys()) {
          if (id === 'c-0') continue;
          fleet.release(id);
          answered.add(id);
        }
        return answered.size;
      },
      { timeout: 15_000 },
    )
    .toBe(11);
  expect(fleet.most()).toBe(5);
  await expect.poll(() => fleet.kept.length).toBe(11);
  await fleet.stop();
});

test('each is looked at again when its time has come, and not before it has answered', async () => {
  const fleet = startMonitor(['a', 'b'], { interval: 40 });
  await expect.poll(() => fleet.waiting.size).toBe(2);
  const before = fleet.looks.length;
  fleet.release('b');
  await expect.poll(() => fleet.looks.filter((id) => id === 'b').length).toBe(2);
  expect(fleet.looks.filter((id) => id === 'a')).toHaveLength(1);
  expect(before).toBe(2);
  await fleet.stop();
});

test('a replica without the lease looks at nothing', async () => {
  const fleet = startMonitor(['a'], { interval: 20, holds: false });
  const other = startMonitor(['a'], { interval: 20 });
  await expect.poll(() => other.looks.length).toBeGreaterThan(0);
  expect(fleet.looks).toEqual([]);
  await Promise.all([fleet.stop(), other.stop()]);
});
