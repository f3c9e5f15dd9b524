import { type AppError, isAppError, messageOf } from '@pilothouse/core';
import { styleFor } from '../output/style.ts';
import { terminalLines } from '../output/terminal-text.ts';
import type { CliIo } from './cli-io.ts';
import { exitCode } from './exit-code.ts';

type Conflict = { manager?: unknown; field?: unknown };

/** Says on standard error what failed, what to do next and the request id, and gives the exit code of its kind. */
export function reportError(error: unknown, io: CliIo): number {
  const style = styleFor(io.stderr, io.env);
  const lines = [`${style('red', 'error:')} ${terminalLines(messageOf(error))}`];
  if (isAppError(error)) {
    for (const line of factsOf(error)) lines.push(`  ${terminalLines(line)}`);
  } else if (io.env.PILOTHOUSE_DEBUG && error instanceof Error) lines.push(error.stack ?? '');
  else lines.push('  This is a fault of the command line tool. PILOTHOUSE_DEBUG=1 shows where it happened.');
  io.stderr.write(`${lines.join('\n')}\n`);
  return exitCode(isAppError(error) ? error.kind : 'internal');
}

function factsOf(error: AppError): string[] {
  const facts: string[] = [];
  for (const { pointer, message } of error.details) facts.push(`${pointer}: ${message}`);
  for (const { manager, field } of conflictsOf(error)) facts.push(`${field} is owned by ${manager}`);
  const next = nextStep(error);
  if (next) facts.push(`next: ${next}`);
  if (error.retryAfterSeconds) facts.push(`try again in ${error.retryAfterSeconds} s`);
  if (typeof error.extra.requestId === 'string') facts.push(`request id: ${error.extra.requestId}`);
  return facts;
}

export function conflictsOf(error: {
  extra?: Readonly<Record<string, unknown>>;
}): { manager: string; field: string }[] {
  const conflicts = error.extra?.conflicts;
  if (!Array.isArray(conflicts)) return [];
  return (conflicts as Conflict[]).map(({ manager, field }) => ({ manager: String(manager), field: String(field) }));
}

function nextStep(error: AppError): string | undefined {
  if (typeof error.extra.next === 'string') return error.extra.next;
  switch (error.code) {
    case 'server_unreachable':
      return 'start one with `pilothouse start --local`, or name another with --server or `pilothouse login <url>`';
    case 'not_signed_in':
    case 'session_revoked':
      return 'sign in with `pilothouse login`, or set PILOTHOUSE_TOKEN';
    case 'permission_denied':
      return typeof error.extra.permission === 'string'
        ? `ask an administrator for "${error.extra.permission}"`
        : undefined;
    case 'field_conflict':
      return 'take the fields over with --force-conflicts, or leave them out of the file';
    case 'cluster_unauthorized':
      return 'give the cluster new credentials with `pilothouse cluster rotate`';
    case 'cluster_unreachable':
    case 'cluster_timeout':
    case 'cluster_tls':
      return 'see where it fails with `pilothouse cluster test`';
    default:
      return undefined;
  }
}
