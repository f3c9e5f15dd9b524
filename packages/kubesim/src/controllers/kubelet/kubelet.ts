import { between } from '../../runtime/chance.ts';
import type { Node, Pod } from '../cluster-kinds.ts';
import { keyOf, refOf, splitKey } from '../cluster-store.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { downAnnotation } from '../nodes/node-heartbeats.ts';
import { missingVolume } from './config-references.ts';
import { advanceContainer, nextLook } from './container-machine.ts';
import { graceOf, type StepContext, stopContainer } from './container-stop.ts';
import { createImageStore } from './image-store.ts';
import { createPodAddresses } from './pod-addresses.ts';
import { fieldPathOf, newContainerRun, newPodRun, type PodRun } from './pod-run.ts';
import { initialised, podStatus } from './pod-status.ts';

const never = Number.POSITIVE_INFINITY;

/** Runs the pods bound to simulated nodes: one kubelet for all of them. */
export function startKubelet({ store, clock, work, recorder, pace, processes }: ControllerDeps): void {
  const runs = new Map<string, PodRun>();
  const images = createImageStore();
  const addresses = createPodAddresses(store);
  /** Nodes whose kubelet is away. */
  const silent = new Set<string>();
  const queue = work.queue('kubelet', reconcile);

  store.subscribe('pods', ({ type, object }) => {
    const key = keyOf(object);
    if (type === 'DELETED') forget(key, object);
    if (object.spec.nodeName !== undefined) queue.add(key);
  });
  store.subscribe('nodes', ({ object }) => {
    const { name, annotations } = object.metadata;
    if (annotations?.[downAnnotation] === 'true') silent.add(name);
    else if (silent.delete(name))
      for (const pod of store.list('pods')) if (pod.spec.nodeName === name) queue.add(keyOf(pod));
  });
  for (const pod of store.list('pods')) if (pod.spec.nodeName !== undefined) queue.add(keyOf(pod));

  function forget(key: string, pod: Pod): void {
    const run = runs.get(key);
    if (run === undefined || run.uid !== pod.metadata.uid) return;
    runs.delete(key);
    processes.forget(run.containers.flatMap((one) => one.past));
    addresses.release(run.ip);
  }

  function runOf(key: string, pod: Pod): PodRun {
    const known = runs.get(key);
    if (known !== undefined && known.uid === pod.metadata.uid) return known;
    if (known !== undefined) addresses.release(known.ip);
    const run = newPodRun(pod, clock.now());
    run.sandboxAt = run.acceptedAt + (pace.hasty ? 0 : between(`${run.uid}/sandbox`, 400, 1200));
    runs.set(key, run);
    return run;
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = store.get('pods', namespace, name);
    if (pod === undefined || pod.spec.nodeName === undefined) return;
    const node = store.get('nodes', undefined, pod.spec.nodeName);
    if (node === undefined || node.metadata.annotations?.[downAnnotation] === 'true') return;
    if (!runs.has(key) && isOver(pod)) return removeIfTold(pod);
    const run = runOf(key, pod);
    const now = clock.now();
    const context: StepContext = {
      store,
      images,
      hasty: pace.hasty,
      processes,
      wake: () => queue.add(key),
      now,
      pod,
      podRun: run,
      record: (facts) => recorder.record({ component: 'kubelet', host: pod.spec.nodeName ?? '' }, pod, facts),
    };
    if (pod.metadata.deletionTimestamp !== undefined) beginStopping(context);
    if (run.stopping === undefined) advanceStart(context, node);
    for (const one of run.containers)
      if (run.stopping === undefined ? mayRun(run, one.name) : one.phase === 'running') advanceContainer(context, one);
    report(context, node);
    const stopped = run.containers.every((one) => one.phase !== 'running');
    if (run.stopping !== undefined && stopped) return removeIfTold(pod);
    const next = Math.min(
      ...run.containers.map(nextLook),
      run.mounted || run.stopping !== undefined ? never : run.sandboxAt,
      deadlineOf(pod),
    );
    if (next < never) queue.add(key, Math.max(0, next - now));
  }

  /** Volumes, then the network, then the containers may start. */
  function advanceStart(context: StepContext, node: Node): void {
    const { podRun: run, pod, now } = context;
    for (const one of pod.spec.ephemeralContainers ?? []) {
      if (!run.containers.some((known) => known.name === one.name))
        run.containers.push(newContainerRun(one, 'ephemeral'));
    }
    if (now >= deadlineOf(pod) && !isOver(pod)) return failAtDeadline(context);
    if (run.mounted || now < run.sandboxAt) return;
    const problem = missingVolume(store, pod);
    if (problem !== undefined) {
      context.record({
        type: 'Warning',
        reason: 'FailedMount',
        message: `MountVolume.SetUp failed for volume "${problem.volume}" : ${problem.why}`,
      });
      run.sandboxAt = now + Math.min(122_000, 500 * 2 ** run.mountFailures++);
      return;
    }
    run.mounted = true;
    run.ip = pod.spec.hostNetwork === true ? internalIp(node) : addresses.take(node);
  }

  function failAtDeadline(context: StepContext): void {
    const { pod, podRun: run, now } = context;
    run.stopping = { deadline: now };
    for (const one of run.containers) stopContainer(context, one, now + graceOf(context) * 1000);
    context.record({
      type: 'Normal',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    store.update(
      'pods',
      refOf(pod),
      (draft) => {
        draft.status = {
          ...draft.status,
          phase: 'Failed',
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        };
      },
      { subresource: 'status', manager: 'kubelet' },
    );
  }

  function beginStopping(context: StepContext): void {
    const { podRun: run, now } = context;
    const deadline = now + graceOf(context) * 1000;
    const first = run.stopping === undefined;
    if (!first && deadline >= (run.stopping?.deadline ?? 0)) return;
    run.stopping = { deadline };
    for (const one of run.containers) {
      if (first && one.phase === 'running') {
        context.record({
          type: 'Normal',
          reason: 'Killing',
          message: `Stopping container ${one.name}`,
          fieldPath: fieldPathOf(one),
        });
      }
      stopContainer(context, one, deadline);
    }
  }

  function report({ pod, podRun: run, now }: StepContext, node: Node): void {
    store.update(
      'pods',
      refOf(pod),
      (draft) => {
        draft.status = podStatus({ pod: draft, run, hostIp: internalIp(node), now });
      },
      { subresource: 'status', manager: 'kubelet' },
    );
  }

  function removeIfTold(pod: Pod): void {
    if (pod.metadata.deletionTimestamp === undefined) return;
    store.delete('pods', refOf(pod), { gracePeriodSeconds: 0 });
  }
}

/** Whether this container's turn has come: the init containers one after the other, then all others. */
function mayRun(run: PodRun, name: string): boolean {
  if (!run.mounted) return false;
  for (const one of run.containers) {
    if (one.name === name) return one.kind === 'init' || one.kind === 'sidecar' || initialised(run);
    const passed =
      one.kind === 'init' ? one.phase === 'exited' && one.ended?.exitCode === 0 : one.kind !== 'sidecar' || one.started;
    if (!passed && (one.kind === 'init' || one.kind === 'sidecar')) return false;
  }
  return false;
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function deadlineOf(pod: Pod): number {
  const seconds = pod.spec.activeDeadlineSeconds;
  const start = Date.parse(pod.status?.startTime ?? '');
  return seconds === undefined || Number.isNaN(start) || isOver(pod) ? never : start + seconds * 1000;
}

export function internalIp(node: Node): string {
  return node.status?.addresses?.find((one) => one.type === 'InternalIP')?.address ?? '10.0.0.1';
}
