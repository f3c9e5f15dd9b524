import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../scripts/run-command.ts';
import { median, printFigure, residentMegabytes } from './parts/figure.ts';

/** `npm start` on an installed tree: time to /readyz, and what the idle server holds in memory, the simulator apart. */
export async function bench(): Promise<void> {
  const starts: number[] = [];
  let resident = Number.NaN;
  for (let round = 0; round < 5; round += 1) {
    const last = round === 4;
    const { milliseconds, megabytes } = await startOnce(last);
    starts.push(milliseconds);
    if (last) resident = megabytes;
    console.log(`round ${round + 1}: ready after ${milliseconds.toFixed(0)} ms`);
  }
  const value = median(starts) / 1000;
  const bare = median(await Promise.all([bareNode(), bareNode(), bareNode()])) / 1000;
  printFigure({
    bench: 'start',
    value,
    unit: 's',
    rival: `an empty Node process ${bare.toFixed(2)} s`,
    ratio: value / bare,
    bar: '<= 2.5 s to /readyz',
    holds: value <= 2.5,
  });
  printFigure({
    bench: 'start-resident',
    value: resident,
    unit: 'MB',
    rival: 'limit 180 MB',
    ratio: resident / 180,
    bar: '<= 180 MB idle',
    holds: resident <= 180,
  });
}

async function startOnce(waitIdle: boolean): Promise<{ milliseconds: number; megabytes: number }> {
  const data = mkdtempSync(join(tmpdir(), 'pilothouse-bench-'));
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, PILOTHOUSE_PORT: String(port), PILOTHOUSE_DATA: data },
  });
  try {
    await ready(port, child);
    const milliseconds = performance.now() - startedAt;
    if (waitIdle) await sleep(20_000);
    const server = processesOf(child.pid ?? 0).find(({ command }) => command.includes('apps/server/src/main.ts'));
    return { milliseconds, megabytes: server ? await residentMegabytes(server.pid) : Number.NaN };
  } finally {
    if (child.pid) process.kill(-child.pid, 'SIGTERM');
    await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined)));
    rmSync(data, { recursive: true, force: true });
  }
}

async function ready(port: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(20);
  }
  throw new Error('npm start was not ready within 60 s');
}

/** Every descendant of a process, from /proc. */
function processesOf(ancestor: number): { pid: number; command: string }[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const descends = (pid: number): boolean => pid === ancestor || (parents.has(pid) && descends(parents.get(pid) ?? 0));
  return [...parents.keys()].filter((pid) => pid > 1 && descends(pid)).map((pid) => ({ pid, command: commandOf(pid) }));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

async function bareNode(): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - startedAt;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

if (import.meta.main) await bench();
