import type { SourceFailure, SourceState } from '@pilothouse/contract';
import { AppError, type ErrorKind, errorCodes } from '@pilothouse/core';
import { humanDuration } from '../../output/age.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';

type Answer = {
  complete: boolean;
  failures: readonly SourceFailure[];
  sources?: readonly SourceState[];
  found: number;
};

/**
 * Says on standard error which clusters are missing from an answer or are shown as they were a while ago, and gives the exit code: `partial`
 * when something is missing. When the only answer is a failure it is an error of its kind.
 */
export function reportSources(context: CliContext, answer: Answer): number {
  const { failures, sources = [], found } = answer;
  const [first] = failures;
  if (
    first &&
    found === 0 &&
    (sources.length === 0 ? failures.length === 1 : sources.length === failures.length && failures.length === 1)
  )
    throw new AppError(kindOfCode(first.code), first.code, `Cluster ${first.cluster} did not answer: ${first.message}`);
  for (const { cluster, code, message } of failures) {
    context.warn(`cluster ${cluster} did not answer, what it has is missing here: ${message} (${code})`);
  }
  for (const { cluster, phase, asOf } of sources) {
    const age = asOf ? ` ${humanDuration(context.io.now() - Date.parse(asOf))} ago` : '';
    if (phase === 'stale')
      context.warn(`cluster ${cluster} is shown as it was${age || ' some time ago'}; its watch is broken.`);
    if (phase === 'syncing') context.warn(`cluster ${cluster} is still loading, more may follow.`);
  }
  return exitCode(answer.complete && failures.length === 0 ? 'ok' : 'partial');
}

export function kindOfCode(code: string): ErrorKind {
  const known: Record<string, { kind: ErrorKind } | undefined> = errorCodes;
  return known[code]?.kind ?? 'unavailable';
}
