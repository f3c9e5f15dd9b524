import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../scripts/run-command.ts';
import { median, printFigure } from './parts/figure.ts';
import { measureRequests } from './parts/http-load.ts';
import { type BenchServer, startServer } from './parts/server.ts';
import { startSimulator } from './parts/simulator.ts';

/** Short rounds in turn, so that whatever else the machine does meets both. */
const rounds = Number(process.env.BENCH_ROUNDS ?? 12);
const load = { connections: 16, milliseconds: 1500 };

/** GET of one cached object, authenticated and authorised, beside a bare Fastify route that returns the same bytes. */
export async function bench(): Promise<void> {
  const simulator = await startSimulator(['--demo', 'scale', '--objects', '1200']);
  const server = await startServer();
  try {
    await server.register('one', simulator.kubeconfig);
    const path = await cachedObject(server);
    const bytes = Buffer.from(await (await server.fetch(path)).arrayBuffer());
    const bare = await startBare(bytes);
    const ours: number[] = [];
    const rival: number[] = [];
    const headers = { authorization: `Bearer ${server.token}` };
    await measureRequests({ url: bare.url, ...load });
    await measureRequests({ url: server.url + path, headers, ...load });
    for (let round = 0; round < rounds; round += 1) {
      rival.push(await measureRequests({ url: bare.url, ...load }));
      ours.push(await measureRequests({ url: server.url + path, headers, ...load }));
      console.log(`round ${round + 1}: bare ${rival.at(-1)?.toFixed(0)}/s · ours ${ours.at(-1)?.toFixed(0)}/s`);
    }
    bare.stop();
    const value = median(ours);
    const ratio = median(ours.map((each, index) => each / (rival[index] ?? Number.NaN)));
    printFigure({
      bench: 'cached-read',
      value,
      unit: `requests/s of ${bytes.length} B`,
      rival: `bare Fastify route ${median(rival).toFixed(0)}/s`,
      ratio,
      bar: '>= 0.6 x bare Fastify',
      holds: ratio >= 0.6,
    });
  } finally {
    await server.stop();
    await simulator.stop();
  }
}

async function cachedObject(server: BenchServer): Promise<string> {
  const list = (await (await server.fetch('/api/v1/resources/pods?limit=1&wait=20000')).json()) as {
    items: { namespace: string; name: string }[];
  };
  const [row] = list.items;
  if (!row) throw new Error('there are no pods');
  const path = `/api/v1/clusters/one/resources/pods/${row.namespace}/${row.name}`;
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = (await (await server.fetch(path)).json()) as { source: string };
    if (answer.source === 'cache') return path;
    await sleep(50);
  }
  throw new Error('the object never came from the cache');
}

async function startBare(bytes: Buffer): Promise<{ url: string; stop(): void }> {
  const file = join(mkdtempSync(join(tmpdir(), 'pilothouse-bench-')), 'answer.json');
  writeFileSync(file, bytes);
  const child = spawn(process.execPath, [join(root, 'bench/parts/bare-fastify.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `${line.toString().trim()}/`, stop: () => child.kill() };
}

if (import.meta.main) await bench();
