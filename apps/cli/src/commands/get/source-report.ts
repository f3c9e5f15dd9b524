import type { SourceFailure, SourceState } from '@pilothouse/contract';
import { AppError, type ErrorKind, errorCodes } from '@pilothouse/core';
import { humanDuration } from '../../output/age.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';

type Answer = {
  complete: boolean;
  failures: readonly SourceFailure[];
  sources?: readonly SourceState[];
  /** How many items there are in the answer. */
  found: number;
};

/**
 * Says on standard error which clusters are missing from an answer or are shown as they were a while ago, and gives the exit code: `partial`
 * when something is missing or old. When all that there is to say is the failure of one cluster, it is an error of its kind.
 */
export function reportSources(context: CliContext, answer: Answer): number {
  const { failures, sources = [], found } = answer;
  const [failure, ...others] = failures;
  if (failure && others.length === 0 && found === 0 && sources.length <= 1)
    throw new AppError(
      kindOfCode(failure.code),
      failure.code,
      `Cluster ${failure.cluster} did not answer: ${failure.message}`,
    );
  const phases = new Map(sources.map((source) => [source.cluster, source]));
  for (const { cluster, code, message } of failures) {
    const source = phases.get(cluster);
    if (source?.phase === 'stale')
      context.warn(`cluster ${cluster} is shown as it was${agoText(context, source)}: ${message} (${code})`);
    else context.warn(`cluster ${cluster} did not answer, what it has is missing here: ${message} (${code})`);
  }
  for (const { cluster, phase } of sources)
    if (phase === 'syncing') context.warn(`cluster ${cluster} is still loading, more may follow.`);
  return exitCode(answer.complete && failures.length === 0 ? 'ok' : 'partial');
}

function agoText({ io }: CliContext, { asOf }: SourceState): string {
  return asOf ? ` ${humanDuration(io.now() - Date.parse(asOf))} ago` : ' some time ago';
}

export function kindOfCode(code: string): ErrorKind {
  const known: Record<string, { kind: ErrorKind } | undefined> = errorCodes;
  return known[code]?.kind ?? 'unavailable';
}
