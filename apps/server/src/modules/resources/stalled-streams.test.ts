import { connect, type Socket } from 'node:net';
import { resourceRoutes } from '@pilothouse/contract';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pod } from './test-objects.ts';
import { startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
let cluster: SimulatedCluster;
const pods = 20;

beforeAll(async () => {
  rig = await startTestRig();
  ({ cluster } = await rig.addCluster('one', {
    controllers: false,
    seed({ store }) {
      for (let index = 0; index < pods; index += 1) store.create('pods', pod('default', `p-${index}`));
    },
  }));
});
afterAll(() => rig.stop());

/** Opens the stream and never reads a byte of it. */
async function stall(): Promise<Socket> {
  const { hostname, port, host } = new URL(rig.url);
  const socket = connect({ host: hostname, port: Number(port) });
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.pause();
  socket.write(`GET /api/v1/resources/pods/stream HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer admin\r\n\r\n`);
  return socket;
}

function change(index: number): void {
  cluster.store.update(
    'pods',
    { namespace: 'default', name: `p-${index % pods}` },
    (draft) => {
      draft.status = { phase: 'Running', reason: `change-${index}-${'x'.repeat(20_000)}` };
    },
    { subresource: 'status' },
  );
}

test('200 clients that do not read hold up nobody, are let go, and cost no memory', { timeout: 120_000 }, async () => {
  const stalled = await Promise.all(Array.from({ length: 200 }, stall));
  const seen = new Set<string>();
  const abort = new AbortController();
  const events = await rig
    .client()
    .events(resourceRoutes.streamResources, { params: { resource: 'pods' }, query: {}, signal: abort.signal });
  void (async () => {
    for await (const event of events) for (const [mark] of event.data.matchAll(/change-\d+/g)) seen.add(mark);
  })().catch(() => {});
  const before = process.memoryUsage.rss();
  let highest = before;
  let slowest = 0;
  for (let index = 0; index < 600; index += 1) {
    change(index);
    if (index % 10 !== 9) continue;
    const startedAt = performance.now();
    await expect.poll(() => seen.has(`change-${index}`), { timeout: 10_000, interval: 2 }).toBe(true);
    slowest = Math.max(slowest, performance.now() - startedAt);
    highest = Math.max(highest, process.memoryUsage.rss());
  }
  expect(seen.size).toBeGreaterThanOrEqual(60);
  // The one that reads was never held up by those that do not.
  expect(slowest).toBeLessThan(3000);
  // Each may lag a megabyte, not the twelve that were sent.
  expect(highest - before).toBeLessThan(1000 * 1024 * 1024);
  await expect.poll(() => rig.streams.count('sse'), { timeout: 20_000 }).toBe(1);
  for (const socket of stalled) socket.destroy();
  abort.abort();
});
