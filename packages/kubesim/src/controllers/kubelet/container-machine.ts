import type { Container } from 'kubernetes-types/core/v1.d.ts';
import { hexDigits } from '../../runtime/chance.ts';
import { behaviourOf, type ContainerBehaviour } from '../../runtime/container-behaviour.ts';
import type { EventFacts } from '../event-recorder.ts';
import { timestamp } from '../timestamps.ts';
import { missingEnvironment } from './config-references.ts';
import { endOf, graceOf, type StepContext, stopContainer } from './container-stop.ts';
import { imageBytes, isImageName, pullError } from './image-store.ts';
import { type ContainerRun, containerSpec, fieldPathOf } from './pod-run.ts';
import { advanceProbes } from './probes.ts';

const never = Number.POSITIVE_INFINITY;
const firstBackoff = 10;
const longestBackoff = 300;
/** Between two looks of the kubelet at a pod that waits for something. */
const syncRound = 13_000;
/** A container that ran this long starts over with the shortest delay (twice the longest back-off, as in the kubelet). */
const forgivenAfter = 2 * longestBackoff * 1000;

/** Moves one container on through everything that is due. */
export function advanceContainer(context: StepContext, run: ContainerRun): void {
  const container = containerSpec(context.pod, run);
  if (container === undefined) return;
  if (run.phase === 'idle') prepare(context, run, container);
  for (let turns = 0; turns < 100 && run.phase !== 'idle'; turns++) {
    if (run.phase === 'running') {
      replaceWhenChanged(context, run, container);
      advanceProbes(context, run, container);
      run.until = endOf(run);
    }
    if (run.until > context.now) return;
    due(context, run, container);
  }
}

/** When the container next wants a look. */
export function nextLook(run: ContainerRun): number {
  return run.phase === 'running' ? Math.min(endOf(run), run.probeAt) : run.until;
}

function due(context: StepContext, run: ContainerRun, container: Container): void {
  switch (run.phase) {
    case 'pulling':
      return pulled(context, run, container);
    case 'pull-failed':
      return backOffPulling(context, run);
    case 'pull-backoff':
    case 'restart-backoff':
      return context.now < run.backoffUntil ? sayBackOff(context, run) : prepare(context, run, container);
    case 'blocked':
      return prepare(context, run, container);
    case 'starting':
      return start(context, run, container);
    case 'running':
      return end(context, run);
    case 'exited':
      return restart(context, run);
    default:
      return;
  }
}

function actOf({ pod, hasty }: StepContext, run: ContainerRun, container: Container): ContainerBehaviour {
  const behaviour = behaviourOf(pod, container, run.restarts);
  if (!hasty) return behaviour;
  const exit = run.kind === 'init' && behaviour.exit !== undefined ? { exit: { ...behaviour.exit, after: 0 } } : {};
  return { ...behaviour, ...exit, pullSeconds: 0, readyAfter: 0, stopSeconds: 0 };
}

/** Gets image and configuration: what the kubelet does each time before it starts a container. */
function prepare(context: StepContext, run: ContainerRun, container: Container): void {
  const { pod, images, now } = context;
  const image = container.image ?? '';
  run.image = image;
  if (!isImageName(image)) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    tell(context, run, { type: 'Warning', reason: 'InspectFailed', message });
    return block(context, run, { reason: 'InvalidImageName', message });
  }
  const behaviour = actOf(context, run, container);
  run.behaviour = behaviour;
  const present = images.has(pod.spec.nodeName ?? '', image);
  if (container.imagePullPolicy === 'Never' && !present) {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    tell(context, run, { type: 'Warning', reason: 'ErrImageNeverPull', message });
    return block(context, run, { reason: 'ErrImageNeverPull', message });
  }
  if (present && container.imagePullPolicy !== 'Always') {
    const message = `Container image "${image}" already present on machine`;
    tell(context, run, { type: 'Normal', reason: 'Pulled', message });
    return configure(context, run, container);
  }
  tell(context, run, { type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` });
  run.phase = 'pulling';
  const seconds = behaviour.pull === undefined && present ? behaviour.pullSeconds / 8 : behaviour.pullSeconds;
  run.until = now + seconds * 1000;
  run.waiting ??= { reason: 'ContainerCreating' };
}

function pulled(context: StepContext, run: ContainerRun, container: Container): void {
  const { pod, images, now } = context;
  const behaviour = run.behaviour ?? actOf(context, run, container);
  if (behaviour.pull !== undefined) {
    const error = pullError(run.image, behaviour.pull);
    tell(context, run, { type: 'Warning', reason: 'Failed', message: `Failed to pull image "${run.image}": ${error}` });
    tell(context, run, { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' });
    run.phase = 'pull-failed';
    run.waiting = { reason: 'ErrImagePull', message: error };
    run.until = now + 2_000;
    return;
  }
  images.add(pod.spec.nodeName ?? '', run.image);
  run.pullFailures = 0;
  const took = `${behaviour.pullSeconds.toFixed(3).replace(/\.?0+$/, '')}s`;
  const message = `Successfully pulled image "${run.image}" in ${took} (${took} including waiting). Image size: ${imageBytes(run.image)} bytes.`;
  tell(context, run, { type: 'Normal', reason: 'Pulled', message });
  configure(context, run, container);
}

function backOffPulling(context: StepContext, run: ContainerRun): void {
  const delay = Math.min(longestBackoff, firstBackoff * 2 ** Math.min(run.pullFailures, 5));
  const why = run.waiting?.message;
  run.pullFailures++;
  run.phase = 'pull-backoff';
  run.backoffUntil = context.now + delay * 1000;
  run.waiting = {
    reason: 'ImagePullBackOff',
    message: `Back-off pulling image "${run.image}"${why === undefined ? '' : `: ErrImagePull: ${why}`}`,
  };
  sayBackOff(context, run);
}

/** Says at each round of the kubelet, until the back-off is over, that it waits. */
function sayBackOff(context: StepContext, run: ContainerRun): void {
  if (run.phase === 'pull-backoff') {
    tell(context, run, { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image "${run.image}"` });
    tell(context, run, { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
  } else {
    const message = `Back-off restarting failed container ${run.name} in pod ${podText(context)}`;
    tell(context, run, { type: 'Warning', reason: 'BackOff', message });
  }
  run.until = Math.min(run.backoffUntil, context.now + syncRound);
}

function configure(context: StepContext, run: ContainerRun, container: Container): void {
  const problem = missingEnvironment(context.store, context.pod, container);
  if (problem !== undefined) {
    tell(context, run, { type: 'Warning', reason: 'Failed', message: `Error: ${problem}` });
    return block(context, run, { reason: 'CreateContainerConfigError', message: problem });
  }
  run.phase = 'starting';
  run.until = context.now + (context.hasty ? 0 : 250);
}

/** Waits for what is missing; the kubelet looks again at each of its rounds. */
function block(context: StepContext, run: ContainerRun, waiting: { reason: string; message: string }): void {
  run.phase = 'blocked';
  run.waiting = waiting;
  run.until = context.now + syncRound;
}

function start(context: StepContext, run: ContainerRun, container: Container): void {
  const { now, podRun } = context;
  tell(context, run, { type: 'Normal', reason: 'Created', message: `Created container: ${run.name}` });
  tell(context, run, { type: 'Normal', reason: 'Started', message: `Started container ${run.name}` });
  if (run.startedAt !== undefined) run.restarts++;
  run.behaviour = actOf(context, run, container);
  run.phase = 'running';
  run.id = `containerd://${hexDigits(`${podRun.uid}/${run.name}/${run.restarts}`, 64)}`;
  run.startedAt = now;
  run.failedProbes = 0;
  run.started = container.startupProbe === undefined;
  run.ready = run.started && container.readinessProbe === undefined;
  run.probeAt = now;
  delete run.waiting;
  delete run.stop;
  delete run.ended;
  delete run.exited;
  startProcess(context, run, container);
  run.until = endOf(run);
}

/** Starts the command of a container whose command we can really run. */
function startProcess(
  { pod, podRun, processes, wake, now }: StepContext,
  run: ContainerRun,
  container: Container,
): void {
  const id = run.id ?? '';
  run.past.push(id);
  if (run.past.length > 2) processes.forget(run.past.splice(0, run.past.length - 2));
  run.scripted = processes.runs(pod, container);
  if (!run.scripted) return;
  const seen = { ...pod, status: { ...pod.status, ...(podRun.ip === undefined ? {} : { podIP: podRun.ip }) } };
  processes.start(seen, container, {
    id,
    ended(code, at = now) {
      run.exited = { at, code };
      wake();
    },
  });
}

function end(context: StepContext, run: ContainerRun): void {
  const at = endOf(run);
  const exit = run.exited === undefined ? run.behaviour?.exit : undefined;
  const stopped = run.stop !== undefined && run.stop.at === at;
  const exitCode = stopped ? (run.stop?.code ?? 0) : (run.exited?.code ?? exit?.code ?? 0);
  const reason = stopped || exit === undefined ? (exitCode === 0 ? 'Completed' : 'Error') : exit.reason;
  run.ended = {
    exitCode,
    reason,
    startedAt: timestamp(run.startedAt ?? at),
    finishedAt: timestamp(Math.min(at, context.now)),
    ...(run.id === undefined ? {} : { containerID: run.id }),
  };
  context.processes.kill(run.id ?? '');
  run.phase = 'exited';
  run.ready = false;
  run.started = false;
  run.probeAt = never;
  run.until = never;
  if (!staysDown(context, run)) run.until = context.now + 1_000;
}

/** Whether an ended container is left as it is, by the pod's restart policy. */
function staysDown({ pod, podRun }: StepContext, run: ContainerRun): boolean {
  if (podRun.stopping !== undefined || run.kind === 'ephemeral') return true;
  if (run.kind === 'sidecar') return false;
  const policy = pod.spec.restartPolicy ?? 'Always';
  const failed = run.ended?.exitCode !== 0;
  if (run.kind === 'init') return !failed || policy === 'Never';
  return policy === 'Never' || (policy === 'OnFailure' && !failed);
}

/** After the first end at once, then after 10 s, 20 s, … up to five minutes. */
function restart(context: StepContext, run: ContainerRun): void {
  const { now, pod } = context;
  const ran = now - (run.startedAt ?? now);
  const delay = ran > forgivenAfter ? 0 : run.backoff;
  run.backoff = delay === 0 ? firstBackoff : Math.min(longestBackoff, delay * 2);
  if (run.ended !== undefined) run.previous = run.ended;
  if (delay === 0) {
    const container = containerSpec(pod, run);
    return container === undefined ? undefined : prepare(context, run, container);
  }
  run.phase = 'restart-backoff';
  run.waiting = {
    reason: 'CrashLoopBackOff',
    message: `back-off ${goDuration(delay)} restarting failed container=${run.name} pod=${podText(context)}`,
  };
  delete run.ended;
  run.backoffUntil = now + delay * 1000;
  sayBackOff(context, run);
}

function podText({ pod, podRun }: StepContext): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${podRun.uid})`;
}

/** A changed image is the one change of a running container that the API allows; it starts anew with it. */
function replaceWhenChanged(context: StepContext, run: ContainerRun, container: Container): void {
  if (container.image === run.image || run.stop !== undefined) return;
  tell(context, run, {
    type: 'Normal',
    reason: 'Killing',
    message: `Container ${run.name} definition changed, will be restarted`,
  });
  stopContainer(context, run, context.now + graceOf(context) * 1000);
}

function tell(context: StepContext, run: ContainerRun, facts: EventFacts): void {
  context.record({ ...facts, fieldPath: fieldPathOf(run) });
}

/** `1m20s`, as Go prints durations. */
function goDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
