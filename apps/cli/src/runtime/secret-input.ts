import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { AppError, messageOf } from '@pilothouse/core';
import type { CliContext } from './cli-context.ts';
import type { CliIo } from './cli-io.ts';
import { usageError } from './usage-error.ts';

/** The first line of a file that holds a token. */
export function readTokenFile(path: string): string {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
  } catch (error) {
    throw new AppError('invalid', 'invalid_usage', `Cannot read the token file ${path}: ${messageOf(error)}`);
  }
  throw usageError(`The token file ${path} is empty.`);
}

export function readTextFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AppError('invalid', 'invalid_usage', `Cannot read ${what} ${path}: ${messageOf(error)}`);
  }
}

export function readAllInput(io: CliIo): Promise<string> {
  return text(io.stdin);
}

/** Asks on standard error and reads one line; what is typed into a terminal is not shown when `hidden`. */
export async function ask(context: CliContext, question: string, options: { hidden?: boolean } = {}): Promise<string> {
  const { io, interrupted } = context;
  const { createInterface } = await import('node:readline/promises');
  const { Writable } = await import('node:stream');
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) io.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true });
  const ended = new AbortController();
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  reader.on('close', () => ended.abort());
  interrupted.addEventListener('abort', () => reader.close(), { once: true });
  try {
    const answer = reader.question(question, { signal: ended.signal });
    muted = options.hidden === true;
    return await answer;
  } catch {
    throw usageError('No answer was given.', 'run it in a terminal, or give the answer as an option');
  } finally {
    reader.close();
    if (muted) io.stderr.write('\n');
  }
}

export async function confirm(context: CliContext, question: string): Promise<boolean> {
  const answer = await ask(context, `${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
