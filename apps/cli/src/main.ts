import { constants } from 'node:os';
import { runCli } from './run-cli.ts';
import { exitCode } from './runtime/exit-code.ts';

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : exitCode('internal')));
}

// Commands that have something to put in order listen to the signal; the others end at once.
const interrupted = new AbortController();
const grace = 1000;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const code = 128 + (constants.signals[signal] ?? 0);
    if (interrupted.signal.aborted) process.exit(code);
    process.exitCode = code;
    interrupted.abort();
    setTimeout(() => process.exit(code), grace).unref();
  });
}

const code = await runCli(process.argv.slice(2), { interrupted: interrupted.signal });
process.exitCode = interrupted.signal.aborted ? process.exitCode : code;
