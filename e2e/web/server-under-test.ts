import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The link that signs a browser in, as the server printed it. */
    signInLink: string;
  }
}

const startDeadline = 60_000;

/** Starts the server as `npm start` does, on a free port and in a throw-away folder, for all journeys. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pilothouse-e2e-'));
  const child = spawn(process.execPath, ['apps/server/src/main.ts', '--local', '--simulated-cluster'], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      ...process.env,
      PILOTHOUSE_DATA: folder,
      PILOTHOUSE_PORT: String(await freePort()),
      KUBECONFIG: '/dev/null',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  project.provide('signInLink', await printedLink(child));
  return async () => {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(folder, { recursive: true, force: true });
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function printedLink(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The server ${why}. It said:\n${said.slice(-30).join('\n')}`));
    const timer = setTimeout(() => fail('printed no sign-in link in time'), startDeadline);
    child.once('exit', (code) => fail(`ended with code ${code}`));
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (said.push(line) > 400) said.shift();
        const link = /https?:\/\/\S+\/sign-in#token=\S+/.exec(line)?.[0];
        if (!link) return;
        clearTimeout(timer);
        resolve(link);
      });
    }
  });
}
