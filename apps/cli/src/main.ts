import { runCli } from './run-cli.ts';
import { exitCode } from './runtime/exit-code.ts';
import { createInterrupt } from './runtime/interrupt.ts';

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : exitCode('internal')));
}

const interrupt = createInterrupt();
process.exitCode = await runCli(process.argv.slice(2), { interrupt });
