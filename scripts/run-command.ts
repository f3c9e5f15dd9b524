import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The path of a tool's own JavaScript entry, so that it runs on the pinned Node whatever PATH says. */
export function tool(path: string): string {
  return join(root, 'node_modules', path);
}

export const tools = {
  tsc: tool('@typescript/native/bin/tsc'),
  vitest: tool('vitest/vitest.mjs'),
  vite: tool('vite/bin/vite.js'),
  biome: tool('@biomejs/biome/bin/biome'),
  depcruise: tool('dependency-cruiser/bin/dependency-cruiser.mjs'),
  knip: tool('knip/bin/knip.js'),
};

export type RunOptions = { cwd?: string; quiet?: boolean; env?: Record<string, string> };

/** Runs a JavaScript tool on this Node; resolves with its exit code and, when `quiet`, what it wrote to standard output. */
export function run(
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
