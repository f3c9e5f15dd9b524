import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, tools } from './run-command.ts';

// `npm run dev`: the server, started again when its sources change, and the web app with hot reload in front of it.

const port = process.env.PILOTHOUSE_PORT || '8080';
const webPort = process.env.PILOTHOUSE_WEB_PORT || '5173';
const serverUrl = `http://127.0.0.1:${port}`;
const webUrl = `http://127.0.0.1:${webPort}`;

function startServer(): ChildProcess {
  const main = join(root, 'apps/server/src/main.ts');
  const args = ['--watch', '--watch-preserve-output', main, '--local', '--simulated-cluster', ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] });
  // The link leads to the server; here the web app is served by vite, which hands /api and /ws on.
  child.stderr.on('data', (chunk: Buffer) =>
    process.stderr.write(chunk.toString('utf8').replaceAll(serverUrl, webUrl)),
  );
  return child;
}

function startWeb(): ChildProcess {
  const args = [tools.vite, '--host', '127.0.0.1', '--port', webPort, '--strictPort', '--clearScreen', 'false'];
  return spawn(process.execPath, args, {
    cwd: join(root, 'apps/web'),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PILOTHOUSE_SERVER: serverUrl },
  });
}

const children: readonly ChildProcess[] = [startServer(), startWeb()];
const stop = (signal: NodeJS.Signals) => {
  for (const child of children) child.kill(signal);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
for (const child of children) {
  child.once('exit', (code: number | null) => {
    // One without the other is of no use.
    process.exitCode ||= code ?? 0;
    stop('SIGTERM');
  });
}
