import { setTimeout as sleep } from 'node:timers/promises';
import { percentile, printFigure, residentMegabytes } from './parts/figure.ts';
import { type BenchServer, startServer } from './parts/server.ts';
import { type Simulator, startSimulator } from './parts/simulator.ts';

const clusters = ['one', 'two', 'three'] as const;
/** Of which nine in ten are pods. */
const objects = 11_120;
const requests = Number(process.env.BENCH_REQUESTS ?? 600);

const sorts = [
  '',
  'name',
  '-name',
  'namespace,name',
  '-age',
  'age',
  'restarts',
  '-restarts',
  'status',
  'health',
  'cluster,-name',
  'node',
  'ready',
];
const filters = [
  '',
  'namespaces=scale-001',
  'namespaces=scale-001,scale-002,scale-003',
  'health=degraded',
  'health=healthy,progressing',
  'q=web',
  'q=7f%20run',
  'labelSelector=app',
  'labelSelector=app%20notin%20(a,b)',
  'fieldSelector=status.phase%3DRunning',
  'fieldSelector=spec.nodeName!%3Dnode-0001',
  'clusters=two',
  'clusters=one,three&q=1',
];

/** Any page, sort and filter of a table of 30,000 pods over three clusters, through the API, one request at a time. */
export async function bench(): Promise<void> {
  const simulators = await Promise.all(
    clusters.map(() => startSimulator(['--demo', 'scale', '--objects', String(objects)])),
  );
  const server = await startServer();
  try {
    for (const [index, name] of clusters.entries()) await server.register(name, simulators[index]?.kubeconfig ?? '');
    const pods = await untilLoaded(server);
    const rival = await measureRival(simulators);
    const times = await measure(server);
    const p95 = percentile(times, 95);
    console.log(
      `${pods} pods, ${times.length} requests: p50 ${percentile(times, 50).toFixed(1)} p95 ${p95.toFixed(1)} p99 ${percentile(times, 99).toFixed(1)} max ${Math.max(...times).toFixed(1)} ms · server resident ${(await residentMegabytes(server.pid)).toFixed(0)} MB`,
    );
    printFigure({
      bench: 'table-api',
      value: p95,
      unit: 'ms p95',
      rival: `official client, list and sort ${pods} pods: ${rival.toFixed(0)} ms`,
      ratio: p95 / rival,
      bar: '<= 50 ms, 30,000 pods over 3 clusters',
      holds: p95 <= 50 && pods >= 30_000,
    });
  } finally {
    await server.stop();
    await Promise.all(simulators.map((simulator) => simulator.stop()));
  }
}

async function untilLoaded(server: BenchServer): Promise<number> {
  for (let tries = 0; tries < 120; tries += 1) {
    const answer = (await (await server.fetch('/api/v1/resources/pods?limit=1&wait=10000')).json()) as {
      complete: boolean;
      total: number;
    };
    if (answer.complete) return answer.total;
    await sleep(250);
  }
  throw new Error('the table was never complete');
}

/** Pages of every kind of question in a mixed order: first pages, and pages a reader comes to by going on. */
async function measure(server: BenchServer): Promise<number[]> {
  const times: number[] = [];
  let cursor: { path: string; next: string } | undefined;
  for (let index = 0; index < requests; index += 1) {
    const sort = sorts[(index * 7) % sorts.length];
    const filter = filters[(index * 5 + Math.floor(index / sorts.length)) % filters.length];
    const path = `/api/v1/resources/pods?limit=${index % 5 === 0 ? 500 : 100}${sort ? `&sort=${sort}` : ''}${filter ? `&${filter}` : ''}`;
    const goOn: { path: string; next: string } | undefined = index % 3 === 2 ? cursor : undefined;
    const url = goOn ? `${goOn.path}&cursor=${goOn.next}` : path;
    const startedAt = performance.now();
    const answer = await server.fetch(url);
    const text = await answer.text();
    times.push(performance.now() - startedAt);
    if (!answer.ok) throw new Error(`${url}: ${text}`);
    const next = /"nextCursor":"([^"]+)"/.exec(text)?.[1];
    cursor = next ? { path: goOn?.path ?? path, next } : undefined;
  }
  return times;
}

/** What a program without a server of ours does for the same page: list all pods of the three clusters and sort them. */
async function measureRival(simulators: readonly Simulator[]): Promise<number> {
  const { CoreV1Api, KubeConfig } = await import('@kubernetes/client-node');
  const apis = simulators.map(({ kubeconfig }) => {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig.replace('server: http', 'insecure-skip-tls-verify: true\n      server: http'));
    return config.makeApiClient(CoreV1Api);
  });
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const startedAt = performance.now();
    const lists = await Promise.all(apis.map((api) => api.listPodForAllNamespaces()));
    const restarts = (pod: (typeof lists)[number]['items'][number]) =>
      pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
    const page = lists
      .flatMap((list) => list.items)
      .filter((pod) => pod.metadata?.name?.includes('1'))
      .sort((a, b) => restarts(b) - restarts(a))
      .slice(0, 100);
    if (page.length === 0) throw new Error('the rival found nothing');
    times.push(performance.now() - startedAt);
  }
  return percentile(times, 50);
}

if (import.meta.main) await bench();
