import type { KubeObject } from '@pilothouse/kube';
import type {
  Container,
  ContainerStateTerminated,
  ContainerStatus,
  PodSpec,
  PodStatus,
} from 'kubernetes-types/core/v1.d.ts';
import { kubeError } from '../api/kube-error.ts';

type PodParts = { spec?: PodSpec; status?: PodStatus };

/** One run of a container as the pod's status tells of it. Times in milliseconds since the epoch. */
export type RunFacts = { id: string; attempt: number; startedAt: number; ended?: ContainerStateTerminated };

export function specOf(pod: KubeObject, name: string): Container | undefined {
  const { spec } = pod as PodParts;
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])];
  return all.find((one) => one.name === name) as Container | undefined;
}

export function statusOf(pod: KubeObject, name: string): ContainerStatus | undefined {
  const { status } = pod as PodParts;
  const all = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  return all.find((one) => one.name === name);
}

/** The run whose log is meant; refuses in the kubelet's words when there is none. */
export function runForLogs(pod: KubeObject, name: string, previous: boolean): RunFacts {
  const status = statusOf(pod, name);
  if (status === undefined)
    throw kubeError.badRequest(`container "${name}" in pod "${pod.metadata.name}" is not available`);
  const { state, lastState, restartCount } = status;
  const last = lastState?.terminated;
  if (previous) {
    if (last === undefined)
      throw kubeError.badRequest(`previous terminated container "${name}" in pod "${pod.metadata.name}" not found`);
    return endedRun(last, state?.waiting === undefined ? restartCount - 1 : restartCount);
  }
  if (state?.running !== undefined) {
    return {
      id: status.containerID ?? name,
      attempt: restartCount,
      startedAt: Date.parse(state.running.startedAt ?? ''),
    };
  }
  if (state?.terminated !== undefined) return endedRun(state.terminated, restartCount);
  // Between two runs the log of the one before is the container's log.
  if (last !== undefined) return endedRun(last, restartCount);
  const reason = state?.waiting?.reason ?? 'ContainerCreating';
  const why = reason === 'ImagePullBackOff' || reason === 'ErrImagePull' ? 'trying and failing to pull image' : reason;
  throw kubeError.badRequest(`container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${why}`);
}

function endedRun(ended: ContainerStateTerminated, attempt: number): RunFacts {
  return { id: ended.containerID ?? '', attempt, startedAt: Date.parse(ended.startedAt ?? ''), ended };
}
