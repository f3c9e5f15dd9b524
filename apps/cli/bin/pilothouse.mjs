#!/usr/bin/env node
// Plain JavaScript on purpose: on a Node too old to run TypeScript it hands over to the one that is installed beside it,
// and it switches the compile cache on before the first module of ours is read.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestNode = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < oldestNode) {
  const pinned = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(pinned)) {
    process.stderr.write(
      `pilothouse needs Node.js ${oldestNode} or later; this is ${process.version}. Run npm ci, or install a current Node.js.\n`,
    );
    process.exit(2);
  }
  const { status, signal } = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(signal === 'SIGINT' ? 130 : (status ?? 1));
}

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
nodeModule.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? join(cache, 'pilothouse', 'compile'));
await import('../src/main.ts');
