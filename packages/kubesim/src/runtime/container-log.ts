import type { KubeObject } from '@pilothouse/kube';
import { behaviourOf } from './container-behaviour.ts';
import { type RunFacts, specOf } from './container-choice.ts';
import type { AnnouncedEnd } from './container-processes.ts';
import type { LogHistory } from './log-history.ts';
import type { LogSubject } from './log-styles/log-style.ts';
import { logStyles } from './log-styles/log-styles.ts';
import { createModelledLog } from './modelled-log.ts';

/**
 * The log of a run of a container, also one known from before: while it goes on it may have ended meanwhile. `announced` is the end of a run
 * that was told to stop.
 */
export function logOfRun(pod: KubeObject, name: string, run: RunFacts, announced?: AnnouncedEnd): LogHistory {
  const container = specOf(pod, name);
  const behaviour = behaviourOf(pod, container ?? { name }, run.attempt);
  const end =
    announced === undefined
      ? endOf(run, behaviour.exit)
      : { ...announced, reason: announced.code === 0 ? 'Completed' : 'Error', planned: false };
  const subject: LogSubject = {
    app: name,
    pod: pod.metadata.name,
    namespace: pod.metadata.namespace ?? '',
    version: /:v?([^/:@]+)(?:@|$)/.exec(container?.image ?? '')?.[1] ?? 'latest',
    seed: run.id,
    startedAt: run.startedAt,
    ...(end === undefined ? {} : { end }),
  };
  return createModelledLog(subject, logStyles[behaviour.logs]);
}

function endOf(run: RunFacts, exit: { after: number; code: number; reason: string } | undefined): LogSubject['end'] {
  const planned = exit === undefined ? undefined : run.startedAt + exit.after * 1000;
  if (run.ended !== undefined) {
    const at = Date.parse(run.ended.finishedAt ?? '');
    const asPlanned = planned !== undefined && Math.abs(planned - at) < 2_000;
    return {
      at: asPlanned ? planned : at,
      code: run.ended.exitCode,
      reason: run.ended.reason ?? '',
      planned: asPlanned,
    };
  }
  return exit === undefined || planned === undefined
    ? undefined
    : { at: planned, code: exit.code, reason: exit.reason, planned: true };
}
