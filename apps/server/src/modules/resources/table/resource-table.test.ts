import { silentLogger } from '@pilothouse/core';
import { type KubeObject, reviewHealth } from '@pilothouse/kube';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeResourceCache } from './fake-resource-cache.ts';
import { createResourceTable, type ResourceTable, type RowChange } from './resource-table.ts';
import type { RowRules } from './table-row.ts';

let now = Date.parse('2026-01-01T00:00:00Z');
const clock = { now: () => now, sleep: () => Promise.resolve() };
let made = 0;

const rules: RowRules = {
  columns: [{ id: 'phase', label: 'Phase', type: 'text', priority: 0 }],
  cells(object) {
    made += 1;
    return [String((object as { status?: { phase?: string } }).status?.phase ?? '')];
  },
  health: (object, at) => reviewHealth(object, { now: at }),
};

const pod = (name: string, status: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'n', name, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: [{ name: 'a' }] },
  status,
});

let table: ResourceTable;
afterEach(() => table.close());

function open(objects: KubeObject[]) {
  const cache = createFakeResourceCache(objects);
  table = createResourceTable({
    cache,
    source: { clusterId: 'c', cluster: 'c', rules },
    epoch: 'e',
    clock,
    log: silentLogger,
  });
  return cache;
}

describe('the health of a row', () => {
  const unschedulable = pod('p', {
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: 'no room',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });

  test('that time alone makes worse is looked at again when the time comes, and told', async () => {
    now = Date.parse('2026-01-01T00:00:05Z');
    open([unschedulable]);
    const changes: RowChange[] = [];
    table.subscribe((batch) => changes.push(...batch));
    await table.settled();
    expect(table.row('n/p')?.health.status).toBe('progressing');
    changes.length = 0;
    now = Date.parse('2026-01-01T00:00:16Z');
    await expect.poll(() => changes[0]?.after?.health.status, { timeout: 5000 }).toBe('degraded');
  });

  test('is looked at again for who reads without listening', async () => {
    now = Date.parse('2026-01-01T00:00:05Z');
    open([unschedulable]);
    await table.settled();
    now = Date.parse('2026-01-01T00:00:16Z');
    await table.settled();
    expect(table.row('n/p')?.health.status).toBe('degraded');
  });

  test('of a container that crashes again and again is degraded while its pod runs', async () => {
    open([
      pod('p', {
        phase: 'Running',
        containerStatuses: [
          { name: 'a', ready: false, restartCount: 5, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      }),
    ]);
    await table.settled();
    expect(table.row('n/p')?.health).toMatchObject({ status: 'degraded', reason: 'CrashLoopBackOff' });
  });
});

describe('work', () => {
  test('is done for what changed and for nothing else', async () => {
    const cache = open(Array.from({ length: 200 }, (_, index) => pod(`p-${index}`, { phase: 'Running' })));
    await table.settled();
    for (const row of table.rows()) row.prepare();
    made = 0;
    cache.put(pod('p-7', { phase: 'Failed' }), pod('p-8', { phase: 'Failed' }));
    await table.settled();
    for (const row of table.rows()) row.prepare();
    expect(made).toBe(2);
  });

  test('of an object that changed many times before anyone looks is done once', async () => {
    const cache = open([pod('p', { phase: 'Pending' })]);
    await table.settled();
    made = 0;
    for (let index = 0; index < 50; index += 1) cache.put(pod('p', { phase: `phase-${index}` }));
    await table.settled();
    expect(table.row('n/p')?.cells).toEqual(['phase-49']);
    expect(made).toBe(1);
  });
});
