import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/run-command.ts';

export type Simulator = { url: string; kubeconfig: string; pid: number; stop(): Promise<void> };

/** A simulated cluster in a process of its own. */
export async function startSimulator(args: readonly string[]): Promise<Simulator> {
  const child = spawn(process.execPath, [join(root, 'packages/kubesim/src/main.ts'), '--port', '0', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await firstLine(child);
  const { url, kubeconfig } = JSON.parse(line) as { url: string; kubeconfig: string };
  return {
    url,
    kubeconfig,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error('no standard output'));
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the simulated cluster ended with ${code}`)));
  });
}
