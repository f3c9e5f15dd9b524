import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type KubectlResult = { code: number; stdout: string; stderr: string };

/** Runs the real kubectl against one cluster, with a home and a discovery cache of its own. */
export type Kubectl = {
  run(args: readonly string[], options?: { input?: string; timeout?: number }): Promise<KubectlResult>;
  /** stdout of a command that must succeed. */
  ok(args: readonly string[], options?: { input?: string; timeout?: number }): Promise<string>;
  /** A command that goes on (`-w`, `-f`): its lines so far, and how to end it. */
  follow(args: readonly string[]): { lines(): string[]; stop(): void };
  /** Writes a file the commands can name. */
  file(name: string, content: string): string;
  cleanUp(): void;
};

/** Why the tests with kubectl cannot run here, or undefined. */
export function kubectlMissing(): string | undefined {
  const found = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });
  return found.error === undefined && found.status === 0 ? undefined : 'kubectl is not on the PATH';
}

export function createKubectl(kubeconfig: string): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'kubesim-kubectl-'));
  const config = join(home, 'config');
  writeFileSync(config, kubeconfig, { mode: 0o600 });
  const env = { PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: config };

  function run(args: readonly string[], options: { input?: string; timeout?: number } = {}): Promise<KubectlResult> {
    return new Promise((resolve) => {
      const how = { env, timeout: options.timeout ?? 60_000, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile('kubectl', [...args], how, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
      child.stdin?.end(options.input ?? '');
    });
  }

  return {
    run,
    async ok(args, options) {
      const result = await run(args, options);
      if (result.code !== 0)
        throw new Error(`kubectl ${args.join(' ')} failed (${result.code}): ${result.stderr}${result.stdout}`);
      return result.stdout;
    },
    follow(args) {
      const child = spawn('kubectl', [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      return { lines: () => text.split('\n').slice(0, -1), stop: () => child.kill('SIGKILL') };
    },
    file(name, content) {
      const path = join(home, name);
      writeFileSync(path, content);
      return path;
    },
    cleanUp: () => rmSync(home, { recursive: true, force: true }),
  };
}
