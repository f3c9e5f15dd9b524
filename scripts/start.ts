import { createServer } from 'node:net';
import { runServer } from '../apps/cli/src/commands/start/server-process.ts';
import { ensureWebApp } from './web-build.ts';

// `npm start`: the server in local mode, with a simulated cluster to look around in. It prints a link that signs this browser in.
// PILOTHOUSE_PORT (8080) and PILOTHOUSE_DATA (~/.pilothouse) say where; more options of the server may follow: npm start -- --log-level debug

const port = Number(process.env.PILOTHOUSE_PORT || 8080);

/** Why the port cannot be listened on, as an error code; undefined when it can. */
function portTrouble(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}

async function explainTakenPort(): Promise<string> {
  const other = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1000) }).catch(
    () => undefined,
  );
  const what = other?.ok
    ? 'Something already answers there, perhaps a Pilothouse that runs already'
    : 'Another program uses it';
  return `Port ${port} is taken. ${what}. Stop it, or choose another port: PILOTHOUSE_PORT=${port + 1} npm start`;
}

async function start(): Promise<number> {
  const [trouble, built] = await Promise.all([portTrouble(), ensureWebApp()]);
  if (trouble === 'EADDRINUSE') {
    console.error(await explainTakenPort());
    return 1;
  }
  if (!built) {
    console.error('The web app did not build; what vite printed above says why.');
    return 1;
  }
  return runServer({
    args: ['--local', '--simulated-cluster', ...process.argv.slice(2)],
    signals(forward) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => forward(signal));
    },
  });
}

process.exitCode = await start();
