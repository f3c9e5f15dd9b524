import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAppError, messageOf } from '@pilothouse/core';
import type { ServerConfig } from './platform/config/config-schema.ts';
import { parseConfig } from './platform/config/parse-config.ts';
import { createPinoLogger } from './platform/telemetry/pino-logger.ts';

const usage = `usage: main.ts [serve | backup <file> | rotate-seal-key | reset-password <e-mail>] [flags]

  serve                    run the server (the default)
  backup <file>            copy the SQLite database to a file while the server runs
  rotate-seal-key          seal every secret with a new key
  reset-password <e-mail>  set the password of an account, read from standard input

Flags and environment variables are in docs/reference/config.md.
`;

/** Exit codes: 0 it did what it was asked, 2 the configuration is at fault, 1 anything else. */
export async function runServer(): Promise<void> {
  try {
    if (process.argv.includes('--help')) return void process.stdout.write(usage);
    const { config, words } = await parseConfig({
      argv: process.argv.slice(2),
      env: process.env,
      readFile: (path) => readFileSync(path, 'utf8'),
    });
    await runCommand(words, config);
  } catch (error) {
    const isConfig = isAppError(error) && error.code === 'invalid_config';
    process.stderr.write(
      `${isAppError(error) ? error.message : (listenFault(error) ?? `The server could not start: ${detailOf(error)}`)}\n`,
    );
    process.exit(isConfig ? 2 : 1);
  }
}

async function runCommand(words: readonly string[], config: ServerConfig): Promise<void> {
  const [command = 'serve', ...args] = words;
  const [file] = args;
  if (command === 'serve' && args.length === 0) return serve(config);
  const { backUp, resetPasswordOf, rotateSealKey } = await import('./operator-commands.ts');
  if (command === 'backup' && file && args.length === 1) return backUp(config, file);
  if (command === 'rotate-seal-key' && args.length === 0) return rotateSealKey(config);
  if (command === 'reset-password' && file && args.length === 1) return resetPasswordOf(config, file);
  process.stderr.write(usage);
  process.exit(2);
}

/** Milliseconds within which signals are taken for one. */
const oneKeyPress = 500;

async function serve(config: ServerConfig): Promise<void> {
  // Whatever is made in the data folder is for this user only.
  process.umask(0o077);
  const log = createPinoLogger({ level: config.logLevel });
  process.on('uncaughtException', (error) => {
    log.error('the process ends because of a fault nobody handled', { error });
    process.exit(1);
  });
  const { startApp } = await import('./app.ts');
  const app = await startApp({ config, log, version: readVersion() });
  let askedAt: number | undefined;
  const stop = () => {
    // Whoever asks twice does not want to wait. But npm and a terminal pass one Ctrl-C on several times.
    if (askedAt !== undefined) {
      if (performance.now() - askedAt > oneKeyPress) process.exit(1);
      return;
    }
    askedAt = performance.now();
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('the server did not stop in order', { error });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  // Beside the token, so that the CLI on this machine finds the server whatever its port.
  if (config.local) writeFileSync(join(config.data, 'local-url'), `${app.url}\n`, { mode: 0o600 });
  greet(config, app);
}

/** The link is a key, so it goes to the terminal and not into the log. */
function greet(config: ServerConfig, app: { url: string; startUrl: string | undefined }): void {
  const lines = app.startUrl
    ? [
        config.local
          ? 'Open this link to sign in; it is good in any browser of this machine while the server runs:'
          : 'There is no administrator yet. Open this link to make one; it is good once, for 24 hours:',
        `  ${app.startUrl}`,
      ]
    : [`Pilothouse listens on ${app.url}`];
  process.stderr.write(`\n${lines.join('\n')}\n\n`);
}

function listenFault(error: unknown): string | undefined {
  const { code, address, port } = error as { code?: unknown; address?: unknown; port?: unknown };
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${address} is taken by another program. Stop it, or choose another port (--port, PILOTHOUSE_PORT).`;
  if (code === 'EACCES' && port !== undefined)
    return `This user may not listen on port ${port}. Choose one from 1024 up (--port, PILOTHOUSE_PORT).`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${address} to listen on (--host, PILOTHOUSE_HOST).`;
  return undefined;
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

function detailOf(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : messageOf(error);
}
