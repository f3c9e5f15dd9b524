import { type ApiClient, createApiClient } from '@pilothouse/contract/client';
import type { Command } from 'commander';
import { type Style, styleFor } from '../output/style.ts';
import { terminalLines } from '../output/terminal-text.ts';
import { type CliIo, writeTo } from './cli-io.ts';
import type { Interrupt } from './interrupt.ts';
import type { GlobalOptions } from './lazy-action.ts';
import { chooseServer, type ServerChoice } from './server-choice.ts';

/** What a command is given. */
export type CliContext = {
  readonly io: CliIo;
  /** Paints standard output. */
  readonly style: Style;
  readonly globals: GlobalOptions;
  /** The server this command talks to; fails with what to do when there is none. */
  server(): ServerChoice;
  api(): ApiClient;
  /** Waits while the reader of standard output is slower. */
  print(text: string): Promise<void> | undefined;
  /** A line on standard error that is not a result. */
  note(text: string): void;
  warn(text: string): void;
  /** One of several things failed; the command goes on with the others. */
  error(text: string): void;
  /** Aborts when the person presses Ctrl-C, for commands that have something to put in order. */
  readonly interrupted: AbortSignal;
  /** The program itself, to complete its words: that with the command that `words` start with, or with all. */
  program(words: readonly string[]): Promise<Command>;
  /** For a command that ends by itself after a signal. */
  readonly interrupt: Interrupt;
};

export function createCliContext(options: {
  globals: GlobalOptions;
  io: CliIo;
  interrupt: Interrupt;
  program(words: readonly string[]): Promise<Command>;
}): CliContext {
  const { globals, io, interrupt } = options;
  const interrupted = interrupt.signal;
  const env = globals.color === false ? { ...io.env, NO_COLOR: '1' } : io.env;
  const errorStyle = styleFor(io.stderr, env);
  let choice: ServerChoice | undefined;
  let client: ApiClient | undefined;
  const server = () => {
    choice ??= chooseServer({ env: io.env, server: globals.server });
    return choice;
  };
  return {
    io: { ...io, env },
    style: styleFor(io.stdout, env),
    globals,
    server,
    api() {
      const { url, token } = server();
      client ??= createApiClient({
        baseUrl: url,
        // A local server makes a new token each time it starts.
        accessToken: async ({ refresh }) => (refresh ? chooseServer({ env: io.env, server: url }).token : token),
        fetch: (input, init) => fetch(input, { ...init, signal: init?.signal ?? interrupted }),
      });
      return client;
    },
    print: (text) => writeTo(io.stdout, text),
    note: (text) => void io.stderr.write(`${terminalLines(text)}\n`),
    warn: (text) => void io.stderr.write(`${errorStyle('yellow', 'warning:')} ${terminalLines(text)}\n`),
    error: (text) => void io.stderr.write(`${errorStyle('red', 'error:')} ${terminalLines(text)}\n`),
    program: options.program,
    interrupted,
    interrupt,
  };
}
