import { type Fields, fieldsOf, listOf, numberOf, textOf, timeOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { conditionOf } from '../condition.ts';
import { degraded, type HealthContext, healthy, progressing, type Verdict, verdict } from '../verdict.ts';

/** Reasons of a waiting container that do not pass by waiting (kubelet, pkg/kubelet/images and kuberuntime). */
const failedWaits = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PostStartHookError',
]);

/** How long a pod may be Running and not ready before that is a fault, while it has never restarted. */
const youngFor = 60_000;
/** How long the scheduler may look for a node. */
const unschedulableFor = 15_000;

type Container = {
  name: string;
  state: Fields;
  restarts: number;
  ready: boolean;
  started: boolean | undefined;
  isInit: boolean;
};

export function podHealth(pod: KubeObject, context: HealthContext): Verdict {
  const status = fieldsOf(pod.status);
  const phase = textOf(status.phase);
  const containers = containersOf(status);
  if (phase === 'Succeeded') return healthy('Completed', 'All containers ended with success.');
  if (phase === 'Failed') return failedPod(status, containers);
  const stuck = containers.find(({ state }) => failedWaits.has(textOf(fieldsOf(state.waiting).reason)));
  if (stuck) return waiting(stuck);
  if (phase === 'Running') return runningPod(pod, containers, context);
  if (phase === 'Pending' || phase === '') return pendingPod(pod, containers, context);
  return verdict('unknown', `Phase${phase}`, 'The node of the pod does not report its state.');
}

function failedPod(status: Fields, containers: readonly Container[]): Verdict {
  const failed = containers.find(({ state }) => exitCode(state) !== undefined && exitCode(state) !== 0);
  const reason = textOf(status.reason) || textOf(fieldsOf(failed?.state.terminated).reason) || 'Failed';
  const words = textOf(status.message) || (failed ? exitWords(failed) : 'The pod failed.');
  return degraded(reason, words);
}

function waiting(container: Container): Verdict {
  const { reason, message } = fieldsOf(container.state.waiting);
  return degraded(
    textOf(reason),
    `${nameOf(container)}: ${textOf(message) || textOf(reason)}${restartWords(container)}`,
  );
}

function runningPod(pod: KubeObject, containers: readonly Container[], { now }: HealthContext): Verdict {
  if (conditionOf(pod, 'Ready')?.status === 'True') return healthy('Ready', 'All containers are ready.');
  const runsOnce = ['Never', 'OnFailure'].includes(textOf(fieldsOf(pod.spec).restartPolicy));
  const open = containers.filter((each) => !each.isInit && !each.ready && !(runsOnce && exitCode(each.state) === 0));
  if (runsOnce && open.length === 0 && containers.length > 0) {
    return progressing('Completing', 'Some containers ended with success, the others run.');
  }
  const first = open.find(({ state }) => state.terminated) ?? open.find(({ restarts }) => restarts > 0) ?? open[0];
  const reason = reasonOf(first);
  const words = first ? `${nameOf(first)} is not ready${endWords(first)}${restartWords(first)}` : notReadyWords(pod);
  const restarted = containers.some(({ restarts }) => restarts > 0);
  const youngUntil = (timeOf(fieldsOf(pod.status).startTime) ?? timeOf(pod.metadata.creationTimestamp) ?? 0) + youngFor;
  if (!restarted && open.some(({ started }) => started === false)) {
    return progressing('Starting', `${first ? nameOf(first) : 'The pod'} has not passed its startup probe yet.`);
  }
  if (!restarted && now < youngUntil) return progressing(reason, words, youngUntil);
  return degraded(reason, words);
}

function pendingPod(pod: KubeObject, containers: readonly Container[], { now }: HealthContext): Verdict {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    const reason = scheduled.reason || 'Unschedulable';
    const words = scheduled.message || 'No node was found for the pod yet.';
    if (reason !== 'Unschedulable') return progressing(reason, words);
    const until = (scheduled.since ?? timeOf(pod.metadata.creationTimestamp) ?? 0) + unschedulableFor;
    return now > until ? degraded(reason, words) : progressing(reason, words, until + 1);
  }
  const crashed = containers.find(({ state, isInit }) => isInit && (exitCode(state) ?? 0) !== 0);
  if (crashed && crashed.restarts > 0) return degraded(reasonOf(crashed), exitWords(crashed));
  const current = containers.find(({ state }) => state.waiting || state.running);
  const reason = textOf(fieldsOf(current?.state.waiting).reason) || (scheduled ? 'Starting' : 'Pending');
  const words = current ? `${nameOf(current)} is being prepared.` : 'The pod waits to be placed on a node.';
  return progressing(reason, words);
}

function containersOf(status: Fields): Container[] {
  const read = (list: unknown, isInit: boolean): Container[] =>
    listOf(list).map((item) => {
      const { name, state, restartCount, ready, started } = fieldsOf(item);
      return {
        name: textOf(name),
        state: fieldsOf(state),
        restarts: numberOf(restartCount),
        ready: ready === true,
        started: typeof started === 'boolean' ? started : undefined,
        isInit,
      };
    });
  return [...read(status.initContainerStatuses, true), ...read(status.containerStatuses, false)];
}

function exitCode(state: Fields): number | undefined {
  return state.terminated === undefined ? undefined : numberOf(fieldsOf(state.terminated).exitCode, 1);
}

function reasonOf(container: Container | undefined): string {
  const { waiting: wait, terminated } = container?.state ?? {};
  return textOf(fieldsOf(terminated).reason) || textOf(fieldsOf(wait).reason) || 'NotReady';
}

function nameOf({ name, isInit }: Container): string {
  return isInit ? `Init container ${name}` : `Container ${name}`;
}

function exitWords(container: Container): string {
  const { exitCode: code, reason, message } = fieldsOf(container.state.terminated);
  const detail = textOf(message) ? `: ${textOf(message)}` : '';
  return `${nameOf(container)} ended with code ${numberOf(code, 1)} (${textOf(reason) || 'Error'})${detail}`;
}

function endWords({ state }: Container): string {
  if (!state.terminated) return '';
  const { exitCode: code, reason } = fieldsOf(state.terminated);
  return `; it ended with code ${numberOf(code, 1)}${textOf(reason) ? ` (${textOf(reason)})` : ''}`;
}

function restartWords({ restarts }: Container): string {
  return restarts > 0 ? ` (${restarts} ${restarts === 1 ? 'restart' : 'restarts'})` : '';
}

function notReadyWords(pod: KubeObject): string {
  return conditionOf(pod, 'Ready')?.message || 'The pod is not ready.';
}
