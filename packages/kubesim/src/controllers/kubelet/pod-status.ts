import type { ContainerState, ContainerStatus, PodCondition, PodStatus } from 'kubernetes-types/core/v1.d.ts';
import type { Pod } from '../cluster-kinds.ts';
import { type Condition, conditionOf, withCondition } from '../conditions.ts';
import { timestamp } from '../timestamps.ts';
import { fullImageName, imageDigest } from './image-store.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

export type StatusFacts = { pod: Pod; run: PodRun; hostIp: string; now: number };

/** The status the kubelet reports for what runs. */
export function podStatus({ pod, run, hostIp, now }: StatusFacts): PodStatus {
  const phase = podPhase(pod, run);
  const main = run.containers.filter((one) => one.kind === 'main');
  const init = run.containers.filter((one) => one.kind === 'init' || one.kind === 'sidecar');
  const ephemeral = run.containers.filter((one) => one.kind === 'ephemeral');
  const {
    containerStatuses: _,
    initContainerStatuses: __,
    ephemeralContainerStatuses: ___,
    ...before
  } = pod.status ?? {};
  return {
    ...before,
    phase,
    conditions: conditions({ pod, run, hostIp, now }, phase) as PodCondition[],
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(run.ip === undefined ? {} : { podIP: run.ip, podIPs: [{ ip: run.ip }] }),
    startTime: pod.status?.startTime ?? timestamp(run.acceptedAt),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map((one) => containerStatus(one, run)) }),
    containerStatuses: main.map((one) => containerStatus(one, run)),
    ...(ephemeral.length === 0
      ? {}
      : { ephemeralContainerStatuses: ephemeral.map((one) => containerStatus(one, run)) }),
  };
}

function podPhase(pod: Pod, run: PodRun): NonNullable<PodStatus['phase']> {
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return pod.status.phase;
  const policy = pod.spec.restartPolicy ?? 'Always';
  const main = run.containers.filter((one) => one.kind === 'main');
  const brokenInit = run.containers.some(
    (one) =>
      one.kind === 'init' &&
      one.phase === 'exited' &&
      one.ended?.exitCode !== 0 &&
      one.until === Number.POSITIVE_INFINITY,
  );
  if (brokenInit && policy === 'Never') return 'Failed';
  if (!initialised(run)) return 'Pending';
  if (main.some((one) => one.phase !== 'exited' && one.startedAt === undefined && one.previous === undefined))
    return 'Pending';
  const allEnded = main.every((one) => one.phase === 'exited' && one.until === Number.POSITIVE_INFINITY);
  if (!allEnded) return 'Running';
  return main.every((one) => one.ended?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

/** Whether the init containers are through. */
export function initialised(run: PodRun): boolean {
  return run.containers.every((one) => {
    if (one.kind === 'init') return one.phase === 'exited' && one.ended?.exitCode === 0;
    return one.kind !== 'sidecar' || one.started || one.previous !== undefined || one.ended !== undefined;
  });
}

function conditions(facts: StatusFacts, phase: string): Condition[] {
  const { pod, run, now } = facts;
  const done =
    phase === 'Succeeded' ? { reason: 'PodCompleted' } : phase === 'Failed' ? { reason: 'PodFailed' } : undefined;
  const unready = run.containers
    .filter((one) => (one.kind === 'main' || one.kind === 'sidecar') && !one.ready)
    .map((one) => one.name);
  const incomplete = run.containers
    .filter((one) => one.kind === 'init' && one.ended?.exitCode !== 0)
    .map((one) => one.name);
  const containersReady: Omit<Condition, 'type'> =
    done !== undefined
      ? { status: 'False', ...done }
      : unready.length === 0
        ? { status: 'True' }
        : {
            status: 'False',
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${unready.join(' ')}]`,
          };
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: run.ip !== undefined && done === undefined ? 'True' : 'False' },
    incomplete.length === 0
      ? { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? done : {}) }
      : {
          type: 'Initialized',
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${incomplete.join(' ')}]`,
        },
    { type: 'Ready', ...readiness(pod, containersReady) },
    { type: 'ContainersReady', ...containersReady },
    { type: 'PodScheduled', status: 'True' },
  ];
  let list = (pod.status?.conditions ?? []) as Condition[];
  for (const one of wanted) list = withCondition(list, { lastProbeTime: null, ...one }, now);
  // In the kubelet's order; what others wrote (readiness gates, DisruptionTarget) follows.
  const order = wanted.map((one) => one.type);
  return [
    ...order.flatMap((type) => conditionOf(list, type) ?? []),
    ...list.filter((one) => !order.includes(one.type)),
  ];
}

function readiness(pod: Pod, containersReady: Omit<Condition, 'type'>): Omit<Condition, 'type'> {
  if (containersReady.status !== 'True') return containersReady;
  for (const gate of pod.spec.readinessGates ?? []) {
    const condition = conditionOf(pod.status?.conditions as Condition[] | undefined, gate.conditionType);
    if (condition?.status === 'True') continue;
    const why =
      condition === undefined
        ? `corresponding condition of pod readiness gate "${gate.conditionType}" does not exist.`
        : `the status of pod readiness gate "${gate.conditionType}" is not "True", but ${condition.status}`;
    return { status: 'False', reason: 'ReadinessGatesNotReady', message: why };
  }
  return containersReady;
}

function containerStatus(one: ContainerRun, run: PodRun): ContainerStatus {
  const started = one.startedAt !== undefined;
  return {
    name: one.name,
    state: stateOf(one, run),
    lastState: one.previous === undefined ? {} : { terminated: one.previous },
    ready: one.kind === 'init' ? one.ended?.exitCode === 0 : one.ready,
    restartCount: one.restarts,
    image: started ? fullImageName(one.image) : one.image,
    imageID: started ? imageDigest(one.image) : '',
    ...(one.id === undefined ? {} : { containerID: one.id }),
    started: one.phase === 'running' && one.started,
  };
}

function stateOf(one: ContainerRun, run: PodRun): ContainerState {
  if (one.phase === 'running') return { running: { startedAt: timestamp(one.startedAt ?? 0) } };
  if (one.ended !== undefined && one.phase !== 'restart-backoff') return { terminated: one.ended };
  if (one.waiting !== undefined) return { waiting: one.waiting };
  const waitsForInit = one.kind === 'main' && run.containers.some((other) => other.kind === 'init');
  return { waiting: { reason: waitsForInit ? 'PodInitializing' : 'ContainerCreating' } };
}
