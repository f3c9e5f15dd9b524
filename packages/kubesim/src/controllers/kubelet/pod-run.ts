import type { Container, ContainerStateTerminated, EphemeralContainer } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerBehaviour } from '../../runtime/container-behaviour.ts';
import type { Pod } from '../cluster-kinds.ts';

/** What the node knows of one container; the pod's status is the report of it. Times are milliseconds since the epoch. */
export type ContainerRun = {
  readonly name: string;
  readonly kind: 'init' | 'sidecar' | 'main' | 'ephemeral';
  image: string;
  phase:
    | 'idle'
    | 'pulling'
    | 'pull-failed'
    | 'pull-backoff'
    | 'blocked'
    | 'starting'
    | 'running'
    | 'exited'
    | 'restart-backoff';
  /** When the phase ends by itself. */
  until: number;
  /** Of the waiting phases: what the status says. */
  waiting?: { reason: string; message?: string };
  behaviour?: ContainerBehaviour;
  startedAt?: number;
  ready: boolean;
  started: boolean;
  /** The next probe round. */
  probeAt: number;
  failedProbes: number;
  /** When a container that was told to stop is gone, and with which code. */
  stop?: { at: number; code: number };
  ended?: ContainerStateTerminated;
  /** The end before the present run. */
  previous?: ContainerStateTerminated;
  restarts: number;
  pullFailures: number;
  /** The delay before the next restart, in seconds. */
  backoff: number;
  backoffUntil: number;
  id?: string;
  /** The ids of earlier runs whose logs are kept. */
  past: string[];
  /** A command that is really run: it says itself when it ends. */
  scripted: boolean;
  exited?: { at: number; code: number };
};

export type PodRun = {
  readonly uid: string;
  readonly acceptedAt: number;
  /** When the volumes are mounted and the network stands. */
  sandboxAt: number;
  ip?: string;
  mounted: boolean;
  mountFailures: number;
  containers: ContainerRun[];
  /** Set once the pod was told to end. */
  stopping?: { deadline: number };
};

export function newPodRun(pod: Pod, now: number): PodRun {
  return {
    uid: pod.metadata.uid ?? '',
    acceptedAt: now,
    sandboxAt: Number.POSITIVE_INFINITY,
    mounted: false,
    mountFailures: 0,
    containers: [
      ...(pod.spec.initContainers ?? []).map((one) =>
        newContainerRun(one, (one as { restartPolicy?: string }).restartPolicy === 'Always' ? 'sidecar' : 'init'),
      ),
      ...pod.spec.containers.map((one) => newContainerRun(one, 'main')),
    ],
  };
}

export function newContainerRun(container: { name: string; image?: string }, kind: ContainerRun['kind']): ContainerRun {
  return {
    name: container.name,
    kind,
    image: container.image ?? '',
    phase: 'idle',
    until: Number.POSITIVE_INFINITY,
    ready: false,
    started: false,
    probeAt: Number.POSITIVE_INFINITY,
    failedProbes: 0,
    restarts: 0,
    pullFailures: 0,
    backoff: 0,
    backoffUntil: 0,
    past: [],
    scripted: false,
  };
}

/** The spec of a container, of whichever of the three lists it is in. */
export function containerSpec(pod: Pod, run: ContainerRun): Container | undefined {
  const lists: (readonly (Container | EphemeralContainer)[] | undefined)[] = [
    pod.spec.containers,
    pod.spec.initContainers,
    pod.spec.ephemeralContainers,
  ];
  for (const list of lists) {
    const found = list?.find((one) => one.name === run.name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `spec.containers{web}`, as events name a container. */
export function fieldPathOf(run: ContainerRun): string {
  const list = run.kind === 'main' ? 'containers' : run.kind === 'ephemeral' ? 'ephemeralContainers' : 'initContainers';
  return `spec.${list}{${run.name}}`;
}
