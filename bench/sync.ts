import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../scripts/run-command.ts';
import { median, printFigure } from './parts/figure.ts';
import { startSimulator } from './parts/simulator.ts';

type Run = {
  objects: number;
  milliseconds: number;
  growth: number;
  peak: number;
  heap: number;
  blocked: number;
  blockedMax: number;
};

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

/** First list, parse and index of 10,000 pods that another process serves: our watch cache beside the official client's informer. */
export async function bench(): Promise<void> {
  const simulator = await startSimulator(['--demo', 'scale', '--objects', '10000']);
  const ours: Run[] = [];
  const official: Run[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      official.push(await runOnce('official', simulator.kubeconfig));
      ours.push(await runOnce('ours', simulator.kubeconfig));
      console.log(`round ${round + 1}: official ${describe(official.at(-1))} · ours ${describe(ours.at(-1))}`);
    }
  } finally {
    await simulator.stop();
  }
  figure('sync-time', 'ms', (run) => run.milliseconds, 0.6);
  figure('sync-resident', 'MB', (run) => run.growth / 1e6, 0.5);
  const blocked = median(ours.map((run) => run.blocked));
  const theirs = median(official.map((run) => run.blocked));
  printFigure({
    bench: 'sync-loop',
    value: blocked,
    unit: 'ms blocked, p99.9',
    rival: `official client ${theirs.toFixed(0)} ms`,
    ratio: blocked / theirs,
    bar: '<= 50 ms',
    holds: blocked <= 50,
  });

  function figure(bench: string, unit: string, pick: (run: Run) => number, bar: number): void {
    const value = median(ours.map(pick));
    const rival = median(official.map(pick));
    printFigure({
      bench,
      value,
      unit,
      rival: `official client ${rival.toFixed(0)} ${unit}`,
      ratio: value / rival,
      bar: `<= ${bar} x`,
      holds: value <= bar * rival,
    });
  }
}

function describe(run: Run | undefined): string {
  if (!run) return '-';
  return `${run.milliseconds.toFixed(0)} ms, +${(run.growth / 1e6).toFixed(0)} MB (at once +${(run.peak / 1e6).toFixed(0)}), blocked ${run.blocked.toFixed(0)} ms`;
}

async function runOnce(who: 'ours' | 'official', kubeconfig: string): Promise<Run> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', join(root, 'bench/parts/sync-child.ts'), who],
    { env: { ...process.env, KUBECONFIG_TEXT: kubeconfig }, maxBuffer: 1e7 },
  );
  const run = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Run;
  if (run.objects !== 10_000) throw new Error(`${who} holds ${run.objects} objects, not 10,000`);
  return run;
}

if (import.meta.main) await bench();
