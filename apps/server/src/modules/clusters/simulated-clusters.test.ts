import { silentLogger, systemClock } from '@pilothouse/core';
import { afterEach, expect, test } from 'vitest';
import { createSimulatedClusters, type SimulatedClusters } from './simulated-clusters.ts';

/** A program that says where it listens, does so, and ends when asked to. */
const program = (script: string) => () => [process.execPath, '-e', script] as const;
const listening = `
  const server = require('node:http').createServer((q, a) => { if (q.url === '/die') process.exit(3); a.end(String(process.pid)); });
  server.listen(0, '127.0.0.1', () => console.log('starting\\n' + JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));
  process.stdin.on('end', () => process.exit(0)).resume();
`;

let clusters: SimulatedClusters | undefined;
afterEach(() => clusters?.stopAll());

const start = (script: string) => {
  clusters = createSimulatedClusters({ clock: systemClock, log: silentLogger, command: program(script) });
  return clusters;
};
const answerOf = async (url: string) => (await fetch(url)).text();

test('starts one process per cluster, on demand', async () => {
  const simulated = start(listening);
  const [a, again, b] = await Promise.all([
    simulated.address('a', 'shop'),
    simulated.address('a', 'shop'),
    simulated.address('b', 'empty'),
  ]);
  expect(again).toBe(a);
  expect(await answerOf(a)).not.toBe(await answerOf(b));
});

test('starts it again when it dies, and tells where it is now', async () => {
  const simulated = start(listening);
  const moved = new Promise<string>((resolve) => simulated.onMoved(resolve));
  const before = await simulated.address('a', 'shop');
  await fetch(`${before}/die`).catch(() => {});
  expect(await moved).toBe('a');
  const after = await simulated.address('a', 'shop');
  expect(after).not.toBe(before);
  expect(await answerOf(after)).toMatch(/^\d+$/);
});

test('stops it for good when the cluster is gone', async () => {
  const simulated = start(listening);
  const address = await simulated.address('a', 'shop');
  await simulated.stop('a');
  await expect(fetch(address)).rejects.toThrow();
});

test('says so when the program cannot start', async () => {
  const simulated = start('process.exit(9)');
  await expect(simulated.address('a', 'shop')).rejects.toMatchObject({ code: 'cluster_unreachable' });
});
