import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { median, printFigure } from './parts/figure.ts';
import type { SyncMeasure } from './parts/sync/measure-sync.ts';

const parts = join(import.meta.dirname, 'parts', 'sync');
const rounds = 5;
const pods = 10_000;

/** The first sync of 10,000 pods served by another process: the watch cache beside the informer of @kubernetes/client-node, each in fresh processes. */
export async function bench(): Promise<void> {
  const server = fork(join(parts, 'pod-server.ts'), [String(pods)]);
  try {
    const served = await message<Served>(server);
    const { megabytes } = served;
    console.log(`${pods} pods, ${megabytes.toFixed(1)} MB`);
    const ours: SyncMeasure[] = [];
    const rival: SyncMeasure[] = [];
    await runOnce('sync-rival.ts', served);
    for (let round = 1; round <= rounds; round += 1) {
      ours.push(await runOnce('sync-ours.ts', served));
      rival.push(await runOnce('sync-rival.ts', served));
      console.log(`round ${round}: ours ${words(ours.at(-1))}; client-node ${words(rival.at(-1))}`);
    }
    report(ours, rival);
  } finally {
    server.disconnect();
  }
}

function report(ours: readonly SyncMeasure[], rival: readonly SyncMeasure[]): void {
  const of = (measures: readonly SyncMeasure[], field: keyof SyncMeasure): number =>
    median(measures.map((measure) => measure[field]));
  const compare = (bench: string, field: 'milliseconds' | 'growth' | 'peak', unit: string, most: number): void => {
    const value = of(ours, field);
    const other = of(rival, field);
    const ratio = value / other;
    const bar = `<= ${most} x client-node's informer`;
    printFigure({
      bench,
      value,
      unit,
      rival: `client-node ${other.toFixed(0)} ${unit}`,
      ratio,
      bar,
      holds: ratio <= most,
    });
  };
  compare('sync-time', 'milliseconds', 'ms', 0.6);
  compare('sync-resident', 'growth', 'MB', 0.5);
  compare('sync-peak', 'peak', 'MB', 0.5);
  const blocked = of(ours, 'blocked');
  const other = of(rival, 'blocked');
  printFigure({
    bench: 'sync-event-loop',
    value: blocked,
    unit: 'ms',
    rival: `client-node ${other.toFixed(0)} ms`,
    ratio: blocked / other,
    bar: '<= 50 ms (p99.9)',
    holds: blocked <= 50,
  });
}

type Served = { port: number; megabytes: number; authority: string };

async function runOnce(file: string, { port, authority }: Served): Promise<SyncMeasure> {
  const child = fork(join(parts, file), [String(port)], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, BENCH_AUTHORITY: authority },
  });
  const measure = await message<SyncMeasure>(child);
  await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined)));
  if (measure.objects !== pods) throw new Error(`${file} holds ${measure.objects} of ${pods} pods`);
  return measure;
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as T));
    child.once('exit', (code) => reject(new Error(`a part of the benchmark ended with ${code}`)));
  });
}

function words(measure: SyncMeasure | undefined): string {
  if (!measure) return '';
  const { milliseconds, processor, growth, peak, blocked } = measure;
  return `${milliseconds.toFixed(0)} ms (${processor.toFixed(0)} ms of processor), +${growth.toFixed(0)} MB (peak +${peak.toFixed(0)}), blocked ${blocked.toFixed(0)} ms`;
}

if (import.meta.main) await bench();
