import type { KubeObject } from '@pilothouse/kube';
import { ageColumn, column, humanDuration, nameColumn } from './column-factory.ts';
import type { TableColumn } from './table-column.ts';

type State = {
  waiting?: { reason?: string };
  running?: object;
  terminated?: { reason?: string; exitCode?: number; signal?: number; finishedAt?: string };
};
type ContainerStatus = {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: State;
  lastState?: State;
};
type Container = { name: string; restartPolicy?: string };
type Pod = KubeObject & {
  spec?: {
    containers?: Container[];
    initContainers?: Container[];
    nodeName?: string;
    readinessGates?: { conditionType: string }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    nominatedNodeName?: string;
    conditions?: { type: string; status: string; reason?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

type Summary = { ready: number; total: number; restarts: number; lastRestart: number; reason: string };

/** Ready, Status and Restarts as `kubectl get pods` shows them (kubernetes/pkg/printers/internalversion). */
export function podSummary(pod: Pod): Summary {
  const { spec = {}, status = {} } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map((one) => one.name));
  const summary: Summary = {
    ready: 0,
    total: (spec.containers ?? []).length + sidecars.size,
    restarts: 0,
    lastRestart: 0,
    reason: status.reason || status.phase || '',
  };
  const initializing = readInitContainers(pod, sidecars, summary);
  if (!initializing || isInitialized(pod)) readContainers(pod, summary);
  if (pod.metadata.deletionTimestamp !== undefined) {
    const finished = status.phase === 'Succeeded' || status.phase === 'Failed';
    if (status.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (!finished) summary.reason = 'Terminating';
  }
  return summary;
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function isInitialized(pod: Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Initialized' && one.status === 'True') === true;
}

/** True while the pod still initializes; `summary.reason` says how far it is. */
function readInitContainers(pod: Pod, sidecars: ReadonlySet<string>, summary: Summary): boolean {
  const total = pod.spec?.initContainers?.length ?? 0;
  let restarts = 0;
  for (const [index, one] of (pod.status?.initContainerStatuses ?? []).entries()) {
    restarts += one.restartCount ?? 0;
    noteRestart(summary, one);
    const { state = {} } = one;
    if (sidecars.has(one.name)) {
      summary.restarts += one.restartCount ?? 0;
      if (one.ready === true) summary.ready++;
      if (one.started === true) continue;
    } else if (state.terminated?.exitCode === 0) continue;
    if (state.terminated !== undefined)
      summary.reason = `Init:${state.terminated.reason || exitText(state.terminated)}`;
    else if (state.waiting?.reason && state.waiting.reason !== 'PodInitializing')
      summary.reason = `Init:${state.waiting.reason}`;
    else summary.reason = `Init:${index}/${total}`;
    summary.restarts = restarts;
    return true;
  }
  return false;
}

function exitText(terminated: NonNullable<State['terminated']>): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`;
}

function noteRestart(summary: Summary, one: ContainerStatus): void {
  const at = Date.parse(one.lastState?.terminated?.finishedAt ?? '');
  if (at > summary.lastRestart) summary.lastRestart = at;
}

function readContainers(pod: Pod, summary: Summary): void {
  let running = false;
  for (const one of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const { state = {} } = one;
    summary.restarts += one.restartCount ?? 0;
    noteRestart(summary, one);
    if (state.waiting?.reason) summary.reason = state.waiting.reason;
    else if (state.terminated !== undefined) summary.reason = state.terminated.reason || exitText(state.terminated);
    else if (one.ready === true && state.running !== undefined) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason === 'Completed' && running) summary.reason = isReady(pod) ? 'Running' : 'NotReady';
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

function restartText(summary: Summary, now: number): string {
  if (summary.restarts === 0 || summary.lastRestart === 0) return String(summary.restarts);
  return `${summary.restarts} (${humanDuration(now - summary.lastRestart)} ago)`;
}

function gates(pod: Pod): string {
  const wanted = pod.spec?.readinessGates ?? [];
  if (wanted.length === 0) return '<none>';
  const met = wanted.filter((gate) =>
    pod.status?.conditions?.some((one) => one.type === gate.conditionType && one.status === 'True'),
  );
  return `${met.length}/${wanted.length}`;
}

export const podColumns: readonly TableColumn[] = [
  nameColumn,
  column('Ready', (pod: Pod) => {
    const { ready, total } = podSummary(pod);
    return `${ready}/${total}`;
  }),
  column('Status', (pod: Pod) => podSummary(pod).reason),
  column('Restarts', (pod: Pod, { now }) => restartText(podSummary(pod), now)),
  ageColumn,
  column('IP', (pod: Pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>', { wide: true }),
  column('Node', (pod: Pod) => pod.spec?.nodeName || '<none>', { wide: true }),
  column('Nominated Node', (pod: Pod) => pod.status?.nominatedNodeName || '<none>', { wide: true }),
  column('Readiness Gates', gates, { wide: true }),
];
