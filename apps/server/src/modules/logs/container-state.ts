import type { KubeObject } from '@pilothouse/kube';

/** Where one container of a pod is in its life. */
export type ContainerState = {
  phase: 'waiting' | 'running' | 'ended';
  restarts: number;
  /** Whether the kubelet will (re)start it. */
  willRun: boolean;
  message: string;
};

type Terminated = { exitCode?: number; reason?: string };
type Status = {
  name?: string;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; running?: unknown; terminated?: Terminated };
};
type Container = { name: string; restartPolicy?: string };
type PodParts = {
  spec?: {
    restartPolicy?: string;
    containers?: Container[];
    initContainers?: Container[];
    ephemeralContainers?: Container[];
  };
  status?: {
    phase?: string;
    containerStatuses?: Status[];
    initContainerStatuses?: Status[];
    ephemeralContainerStatuses?: Status[];
  };
};

const groups = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

/** All container names of a pod: ordinary ones first. */
export function containerNames(pod: KubeObject): string[] {
  const { spec = {} } = pod as unknown as PodParts;
  return groups.flatMap(([containers]) => (spec[containers] ?? []).map((container) => container.name));
}

/** The container meant when none is named: the annotated one, else the first, as kubectl chooses. */
export function defaultContainer(pod: KubeObject): string | undefined {
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const names = containerNames(pod);
  return annotated !== undefined && names.includes(annotated) ? annotated : names[0];
}

export function containerState(pod: KubeObject, name: string): ContainerState {
  const { spec = {}, status = {} } = pod as unknown as PodParts;
  const group =
    groups.find(([containers]) => spec[containers]?.some((container) => container.name === name)) ?? groups[0];
  const found = status[group[1]]?.find((candidate) => candidate.name === name);
  const restarts = found?.restartCount ?? 0;
  const podEnded = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (found?.state?.running && !podEnded) return { phase: 'running', restarts, willRun: true, message: 'Running' };
  const terminated = found?.state?.terminated;
  if (terminated || podEnded) {
    const willRun =
      !podEnded &&
      pod.metadata.deletionTimestamp === undefined &&
      restartsAfter(terminated, policyOf(spec, group[0], name));
    return { phase: 'ended', restarts, willRun, message: `Ended with exit code ${terminated?.exitCode ?? 'unknown'}` };
  }
  const waiting = found?.state?.waiting;
  const reason = waiting?.reason ?? 'the container has not started';
  return {
    phase: 'waiting',
    restarts,
    willRun: pod.metadata.deletionTimestamp === undefined,
    message: waiting?.message ? `${reason}: ${waiting.message}` : reason,
  };
}

function policyOf(spec: NonNullable<PodParts['spec']>, group: (typeof groups)[number][0], name: string): string {
  if (group === 'ephemeralContainers') return 'Never';
  const own = spec[group]?.find((container) => container.name === name)?.restartPolicy;
  if (own) return own;
  const policy = spec.restartPolicy ?? 'Always';
  return group === 'initContainers' && policy === 'Always' ? 'OnFailure' : policy;
}

function restartsAfter(terminated: Terminated | undefined, policy: string): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && terminated?.exitCode !== 0);
}
