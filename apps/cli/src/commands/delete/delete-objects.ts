import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError, type ErrorKind, isAppError, systemClock } from '@pilothouse/core';
import { humanDuration } from '../../output/age.ts';
import { terminalText } from '../../output/terminal-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { reportError } from '../../runtime/error-report.ts';
import { exitCode, exitCodeOfMany } from '../../runtime/exit-code.ts';
import { confirm } from '../../runtime/secret-input.ts';
import { type DeleteTarget, findDeleteTargets } from './delete-targets.ts';

export type DeleteOptions = {
  filename?: string[];
  recursive?: boolean;
  cluster?: string;
  namespace?: string;
  selector?: string;
  all?: boolean;
  cascade: 'background' | 'foreground' | 'orphan';
  gracePeriod?: number;
  wait: boolean;
  timeout: number;
  dryRun?: boolean;
  ignoreNotFound?: boolean;
  yes?: boolean;
  output: 'text' | 'name';
};

const propagation = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

export async function deleteObjects(context: CliContext, options: DeleteOptions, objects: string[]): Promise<number> {
  const targets = await findDeleteTargets(context, options, objects);
  if (targets.length === 0) {
    context.note('Nothing matches, nothing was deleted.');
    return exitCode('ok');
  }
  if (!(await agreed(context, options, targets))) return exitCode('no');
  const failures: ErrorKind[] = [];
  const deleted: DeleteTarget[] = [];
  for (const target of targets) {
    try {
      if (await deleteOne(context, options, target)) deleted.push(target);
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (options.ignoreNotFound && error.kind === 'not-found') continue;
      reportError(error, context.io);
      failures.push(error.kind);
    }
  }
  if (options.wait && !options.dryRun) await waitUntilGone(context, deleted, options.timeout);
  return exitCodeOfMany(failures, targets.length);
}

/** Asks once, when a person is there to answer and more than one thing would go, or what would go was not named one by one. */
async function agreed(context: CliContext, options: DeleteOptions, targets: readonly DeleteTarget[]): Promise<boolean> {
  const { stdin, stderr } = context.io;
  if (options.yes || options.dryRun || targets.length === 1 || !stdin.isTTY || !stderr.isTTY) return true;
  const shown = 20;
  for (const target of targets.slice(0, shown)) context.note(`  ${targetText(target)}`);
  if (targets.length > shown) context.note(`  … and ${targets.length - shown} more`);
  return confirm(context, `Delete these ${targets.length} objects on ${targets[0]?.params.cluster}?`);
}

function targetText({ label, params }: DeleteTarget): string {
  return params.namespace === '-' ? label : `${label} in ${params.namespace}`;
}

async function deleteOne(context: CliContext, options: DeleteOptions, target: DeleteTarget): Promise<boolean> {
  const { terminating, finalizers } = await context.api().call(routes.deleteObject, {
    params: target.params,
    query: {
      propagation: propagation[options.cascade],
      ...(options.gracePeriod === undefined ? {} : { gracePeriodSeconds: options.gracePeriod }),
      ...(target.uid ? { uid: target.uid } : {}),
      ...(options.dryRun ? { dryRun: true } : {}),
    },
  });
  const held = terminating && finalizers.length > 0 ? `, waiting for ${finalizers.join(', ')}` : '';
  const outcome = options.output === 'name' ? '' : ` deleted${options.dryRun ? ' (dry run)' : terminalText(held)}`;
  await context.print(`${terminalText(target.label)}${outcome}\n`);
  return true;
}

async function waitUntilGone(context: CliContext, targets: readonly DeleteTarget[], timeout: number): Promise<void> {
  const deadline = Date.now() + timeout;
  for (const target of targets) {
    for (let delay = 100; !(await isGone(context, target)); delay = Math.min(delay * 1.5, 2000)) {
      if (Date.now() > deadline)
        throw new AppError(
          'unavailable',
          'still_there',
          `${targetText(target)} was still there after ${humanDuration(timeout)}.`,
          {
            extra: { next: `see what holds it with \`pilothouse describe ${target.label}\`` },
          },
        );
      await systemClock.sleep(delay, context.interrupted);
    }
  }
}

/** Gone, or another object by now. */
async function isGone(context: CliContext, { params, uid }: DeleteTarget): Promise<boolean> {
  try {
    const { object } = await context.api().call(routes.getObject, { params, query: { fresh: true } });
    return uid !== undefined && (object as { metadata?: { uid?: string } }).metadata?.uid !== uid;
  } catch (error) {
    if (isAppError(error) && error.kind === 'not-found') return true;
    throw error;
  }
}
