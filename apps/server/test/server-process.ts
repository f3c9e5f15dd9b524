import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The real program in a process of its own. */
export type ServerProcess = {
  readonly child: ChildProcess;
  /** What it printed for people. */
  readonly printed: () => string;
  readonly logged: () => Record<string, unknown>[];
  readonly exited: Promise<number>;
};

export function runServerProcess(args: readonly string[], env: Record<string, string>): ServerProcess {
  const { PATH = '', HOME = '/root' } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, HOME, PILOTHOUSE_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let logged = '';
  child.stderr?.on('data', (chunk) => {
    printed += String(chunk);
  });
  child.stdout?.on('data', (chunk) => {
    logged += String(chunk);
  });
  return {
    child,
    printed: () => printed,
    logged: () =>
      logged
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    exited: once(child, 'close').then(([code]) => Number(code ?? -1)),
  };
}

/** Resolves with its address once it listens; throws with what it printed when it ends instead. */
export async function listening(server: ServerProcess): Promise<string> {
  for (;;) {
    const url = server.logged().find((line) => line.message === 'server listens')?.url;
    if (typeof url === 'string') return url;
    if (server.child.exitCode !== null)
      throw new Error(`The server ended with ${server.child.exitCode}: ${server.printed()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
