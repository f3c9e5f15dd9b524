// Runs on whatever Node the machine has (18 or later): installs what the lock file says when that is needed,
// then hands over to the Node that the repository pins. Plain JavaScript on purpose.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tasks = ['start', 'dev', 'build', 'check', 'test', 'e2e', 'bench'];
const [task, ...args] = process.argv.slice(2);

if (!task || !tasks.includes(task)) {
  console.error(`usage: npm run <${tasks.join('|')}> [-- arguments]`);
  process.exit(2);
}

const stamp = join(root, 'node_modules', '.pilothouse-installed');
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function installed() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

if (!installed()) {
  console.error('Installing what package-lock.json asks for (about a minute the first time)…');
  // Not `npm ci`: it refuses a lock file that lacks optional packages for other platforms, which registries and mirrors do not all have.
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error(
      'npm install failed; what it printed above says why. Check the network and the npm registry, then try again.',
    );
    process.exit(npm.status ?? 1);
  }
  if (!existsSync(node)) {
    console.error(
      'The pinned Node.js (npm package "node") did not install: were install scripts disabled (ignore-scripts)?',
    );
    process.exit(1);
  }
  writeFileSync(stamp, lockHash());
}

const child = spawn(node, [join(root, 'scripts', `${task}.ts`), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
