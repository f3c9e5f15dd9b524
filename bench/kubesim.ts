import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { median, printFigure, residentMegabytes } from './parts/figure.ts';
import { createReader, type Endpoint, type Reader } from './parts/kubesim/read-load.ts';
import { startRealCluster } from './parts/kubesim/real-cluster.ts';

const main = join(import.meta.dirname, '..', 'packages', 'kubesim', 'src', 'main.ts');
const pods = 10_000;
/** With these go 1,000 ReplicaSets and 112 nodes. */
const objects = 11_112;
const many = 100_000;
const rounds = 5;
const watchers = 4;

type Measure = { listed: number; paged: number; watched: number };
type Simulated = { endpoint: Endpoint; process: ChildProcess; stop(): void };

/**
 * The simulated API server beside the real one: megabytes a second out of a whole list, out of pages of 500, and out of four watches at once,
 * of the same 10,000 pods over TLS; and what 100,000 objects take in memory.
 */
export async function bench(): Promise<void> {
  const real = await startRealCluster(pods);
  if (real === undefined) console.log('no real API server here: nothing to compare with');
  try {
    const simulated = await startSimulated(objects, ['--tls']);
    const ours = await measure(simulated.endpoint);
    simulated.stop();
    const rival = real === undefined ? undefined : await measure(real.endpoint);
    report('kubesim-list', ours.listed, rival?.listed);
    report('kubesim-list-pages', ours.paged, rival?.paged);
    report('kubesim-watch', ours.watched, rival?.watched);
  } finally {
    real?.stop();
  }
  await measureResident();
}

function report(name: string, value: number, rival: number | undefined): void {
  const ratio = rival === undefined ? Number.NaN : value / rival;
  printFigure({
    bench: name,
    value,
    unit: 'MB/s',
    rival: rival === undefined ? 'no real API server here' : `kube-apiserver ${rival.toFixed(0)} MB/s`,
    ratio,
    bar: '>= 1 x the real API server',
    holds: ratio >= 1,
  });
}

async function measureResident(): Promise<void> {
  const simulated = await startSimulated(many, ['--tls']);
  const reader = createReader(simulated.endpoint);
  const value = await residentMegabytes(simulated.process.pid ?? 0);
  reader.close();
  simulated.stop();
  printFigure({
    bench: 'kubesim-resident',
    value,
    unit: 'MB',
    rival: 'limit 1500 MB',
    ratio: value / 1500,
    bar: `<= 1500 MB with ${many} objects`,
    holds: value <= 1500,
  });
}

async function measure(endpoint: Endpoint): Promise<Measure> {
  const reader = createReader(endpoint);
  await reader.read('/api/v1/pods?resourceVersion=0');
  const listed: number[] = [];
  const paged: number[] = [];
  const watched: number[] = [];
  for (let round = 0; round < rounds; round++) {
    listed.push(await rate(() => reader.read('/api/v1/pods?resourceVersion=0')));
    paged.push(await rate(() => readPages(reader)));
    const path = '/api/v1/pods?watch=true&resourceVersion=0&timeoutSeconds=60';
    const all = () => Promise.all(Array.from({ length: watchers }, () => reader.watch(path, pods)));
    watched.push(await rate(async () => (await all()).reduce((sum, bytes) => sum + bytes, 0)));
  }
  reader.close();
  return { listed: median(listed), paged: median(paged), watched: median(watched) };
}

/** Twenty pages of 500, by namespace, so that neither side needs the other's continue token. */
async function readPages(reader: Reader): Promise<number> {
  let bytes = 0;
  for (let index = 0; index < 20; index++) {
    bytes += await reader.read(`/api/v1/namespaces/team-${String(index).padStart(3, '0')}/pods?limit=500`);
  }
  return bytes;
}

/** Megabytes a second. */
async function rate(work: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const bytes = await work();
  return bytes / 1e6 / ((performance.now() - startedAt) / 1000);
}

async function startSimulated(objects: number, flags: readonly string[]): Promise<Simulated> {
  const child = spawn(process.execPath, [main, '--demo', 'scale', '--objects', String(objects), ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, kubeconfig } = JSON.parse(line) as { url: string; kubeconfig: string };
  const config = parse(kubeconfig) as { clusters: { cluster: { 'certificate-authority-data'?: string } }[] };
  const ca = config.clusters[0]?.cluster['certificate-authority-data'] ?? '';
  return {
    endpoint: { url, ca: Buffer.from(ca, 'base64').toString('utf8') },
    process: child,
    stop: () => void child.kill('SIGTERM'),
  };
}

if (import.meta.main) await bench();
