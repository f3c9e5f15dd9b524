import type { ContainerProcesses } from '../../runtime/container-processes.ts';
import type { Pod } from '../cluster-kinds.ts';
import type { ClusterStore } from '../cluster-store.ts';
import type { EventFacts } from '../event-recorder.ts';
import type { ImageStore } from './image-store.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

/** Everything one step of a pod needs. */
export type StepContext = {
  store: ClusterStore;
  images: ImageStore;
  processes: ContainerProcesses;
  hasty: boolean;
  now: number;
  pod: Pod;
  podRun: PodRun;
  record(facts: EventFacts): void;
  /** Asks for another look at the pod. */
  wake(): void;
};

const never = Number.POSITIVE_INFINITY;

/** Sends SIGTERM; what has not ended by `deadline` is killed. */
export function stopContainer(context: StepContext, run: ContainerRun, deadline: number): void {
  if (run.phase !== 'running') {
    run.until = never;
    return;
  }
  if (run.scripted) context.processes.terminate(run.id ?? '');
  const wanted = run.scripted ? never : context.now + (run.behaviour?.stopSeconds ?? 1) * 1000;
  const at = Math.min(wanted, deadline);
  if (run.stop !== undefined && run.stop.at <= at) return;
  run.stop = { at, code: wanted <= deadline ? 0 : 137 };
  context.processes.willEnd(run.id ?? '', run.stop);
  run.until = endOf(run);
}

export function graceOf({ pod }: StepContext): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** When a running container ends: because it was told to, or by itself. */
export function endOf(run: ContainerRun): number {
  const exit = run.scripted ? undefined : run.behaviour?.exit;
  const own = run.exited?.at ?? (exit === undefined ? never : (run.startedAt ?? 0) + exit.after * 1000);
  return Math.min(own, run.stop?.at ?? never);
}
