import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../scripts/run-command.ts';

export type BenchServer = {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Registers a cluster by its kubeconfig. */
  register(name: string, kubeconfig: string): Promise<void>;
  stop(): Promise<void>;
};

/** The real server, in a process of its own, in local mode with an empty database. */
export async function startServer(settings: Record<string, string> = {}): Promise<BenchServer> {
  const data = mkdtempSync(join(tmpdir(), 'pilothouse-bench-'));
  const child = spawn(process.execPath, [join(root, 'apps/server/src/main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PILOTHOUSE_PORT: '0',
      PILOTHOUSE_DATA: data,
      PILOTHOUSE_LOCAL: 'true',
      PILOTHOUSE_REQUESTS_PER_SECOND: '100000',
      ...settings,
    },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-20_000);
    });
  const url = await waitFor(
    () => /"url":"(http:\/\/[^"]+)"/.exec(printed)?.[1],
    () => `The server did not start:\n${printed}`,
  );
  const token = readFileSync(join(data, 'local-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    url,
    token,
    pid: child.pid ?? 0,
    fetch: (path, init = {}) => fetch(`${url}${path}`, { ...init, headers: { ...headers, ...init.headers } }),
    async register(name, kubeconfig) {
      const body = { name, access: { type: 'kubeconfig', kubeconfig }, allowPrivateAddress: true };
      const answer = await fetch(`${url}/api/v1/clusters`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${name} was not registered: ${await answer.text()}`);
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function waitFor<T>(read: () => T | undefined, complaint: () => string): Promise<T> {
  for (let waited = 0; waited < 60_000; waited += 20) {
    const value = read();
    if (value !== undefined) return value;
    await sleep(20);
  }
  throw new Error(complaint());
}
