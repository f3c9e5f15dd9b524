import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { root } from '../scripts/run-command.ts';
import { percentile, printFigure, residentMegabytes } from './parts/figure.ts';
import { startServer } from './parts/server.ts';
import { type Simulator, startSimulator } from './parts/simulator.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 120);
const perSecond = 500;
const clients = 200;
/** The first seconds warm everything up and do not count for the delays. */
const warmUp = perSecond * 5;
const numbers = warmUp + seconds * perSecond;

/**
 * 500 changes a second to 200 clients of one live table. A watch straight from the cluster runs beside them: what a client gets later than
 * that watch is what the server adds between watch event and client.
 */
export async function bench(): Promise<void> {
  const simulator = await startSimulator(['--demo', 'scale', '--objects', '2300']);
  const server = await startServer();
  try {
    await server.register('one', simulator.kubeconfig);
    const pods = await podsToChange(simulator);
    const straight = await startClients({
      url: `${simulator.url}/api/v1/pods?watch=true&resourceVersion=${pods.resourceVersion}`,
      count: 1,
    });
    const ours = await startClients({
      url: `${server.url}/api/v1/resources/pods/stream`,
      count: clients,
      authorization: `Bearer ${server.token}`,
    });
    const resident: number[] = [];
    for (let sent = 0; sent < numbers; sent += warmUp) {
      await change(simulator, pods.names, { from: sent, count: Math.min(warmUp, numbers - sent) });
      resident.push(await residentMegabytes(server.pid));
    }
    await sleep(3000);
    const seen = await ours.stop();
    const [watch] = (await straight.stop()).delays;
    const added = seen.delays.flatMap((delays) =>
      [...delays.subarray(warmUp)].map((delay, index) => Math.max(0, delay - (watch?.[warmUp + index] ?? 0))),
    );
    const p99 = percentile(added, 99);
    const lost = numbers * clients - seen.counts.reduce((sum, count) => sum + count, 0);
    const { first, last } = memoryTrend(resident);
    const plain = percentile([...(watch?.subarray(warmUp) ?? [])], 99);
    console.log(
      `${numbers} changes to ${clients} clients: added p50 ${percentile(added, 50).toFixed(1)} p99 ${p99.toFixed(1)} max ${percentile(added, 100).toFixed(1)} ms, lost ${lost}, resident ${first.toFixed(0)} -> ${last.toFixed(0)} MB`,
    );
    printFigure({
      bench: 'fan-out',
      value: p99,
      unit: 'ms p99',
      rival: `change to one watch straight from the cluster ${plain.toFixed(0)} ms`,
      ratio: p99 / plain,
      bar: 'watch event to client <= 50 ms, none lost',
      holds: p99 <= 50 && lost === 0,
    });
    printFigure({
      bench: 'fan-out-memory',
      value: last - first,
      unit: 'MB',
      rival: `in the first minute ${first.toFixed(0)} MB`,
      ratio: last / first,
      bar: 'flat: <= 1.1 x',
      holds: last <= first * 1.1,
    });
  } finally {
    await server.stop();
    await simulator.stop();
  }
}

type Clients = { stop(): Promise<{ counts: number[]; delays: Float32Array[] }> };

async function startClients({
  url,
  count,
  authorization = '',
}: {
  url: string;
  count: number;
  authorization?: string;
}): Promise<Clients> {
  const file = join(mkdtempSync(join(tmpdir(), 'pilothouse-bench-')), 'delays');
  const args = [url, String(count), String(numbers), file, authorization];
  const child = spawn(process.execPath, [join(root, 'bench/parts/stream-clients.ts'), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  await lineOf(lines, child);
  return {
    async stop() {
      const answer = lineOf(lines, child);
      child.stdin.write('stop\n');
      const counts = JSON.parse(await answer) as number[];
      const { buffer, byteOffset, length } = readFileSync(file);
      const all = new Float32Array(buffer.slice(byteOffset, byteOffset + length));
      return {
        counts,
        delays: Array.from({ length: all.length / numbers }, (_, index) =>
          all.subarray(index * numbers, (index + 1) * numbers),
        ),
      };
    },
  };
}

async function lineOf(lines: Interface, child: ChildProcess): Promise<string> {
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the clients ended with ${code}`)));
  failed.catch(() => {});
  const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string];
  return line;
}

/** Patches one pod after the other at a steady pace; its status carries the number and the time of the change. */
async function change(
  simulator: Simulator,
  pods: readonly string[],
  { from, count }: { from: number; count: number },
): Promise<void> {
  const pool = new Pool(simulator.url, { connections: 16, pipelining: 1 });
  const startedAt = performance.now();
  const running = new Set<Promise<void>>();
  for (let index = 0; index < count; index += 1) {
    const early = startedAt + (index * 1000) / perSecond - performance.now();
    if (early > 1) await sleep(early);
    const number = from + index;
    const [namespace, name] = (pods[number % pods.length] ?? '').split('/');
    const at = performance.timeOrigin + performance.now();
    const done = pool
      .request({
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ status: { reason: `~${number}.${at.toFixed(1)}~` } }),
      })
      .then(async ({ statusCode, body }) => {
        await body.dump();
        if (statusCode !== 200) throw new Error(`the change was refused with ${statusCode}`);
      })
      .finally(() => running.delete(done));
    running.add(done);
  }
  await Promise.all(running);
  await pool.close();
}

type Pod = {
  metadata: { namespace: string; name: string };
  status: { phase?: string; containerStatuses?: { ready: boolean }[] };
};

/** Those whose Status column shows the reason of the pod: of a pod with a broken container it shows that one's. */
async function podsToChange(simulator: Simulator): Promise<{ names: string[]; resourceVersion: string }> {
  const answer = await fetch(`${simulator.url}/api/v1/pods`);
  const list = (await answer.json()) as { metadata: { resourceVersion: string }; items: Pod[] };
  const sound = list.items.filter(
    ({ status }) => status.phase === 'Running' && status.containerStatuses?.every((container) => container.ready),
  );
  return {
    names: sound.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    resourceVersion: list.metadata.resourceVersion,
  };
}

/** The medians of the second and the last fifth: a collection that has not run yet is no growth. */
function memoryTrend(samples: readonly number[]): { first: number; last: number } {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const middle = (part: readonly number[]) => part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? Number.NaN;
  return { first: middle(samples.slice(fifth, 2 * fifth + 1)), last: middle(samples.slice(-fifth)) };
}

if (import.meta.main) await bench();
