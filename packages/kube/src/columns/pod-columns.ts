import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { at, joined } from './cells.ts';
import { ageColumn, type ColumnRule, column } from './table-column.ts';

type PodSummary = { ready: number; total: number; restarts: number; status: string };

/** Ready, Status and Restarts are read together; a table asks for them one after the other. */
let last: { pod: KubeObject; summary: PodSummary } | undefined;

function summaryOf(pod: KubeObject): PodSummary {
  if (last?.pod === pod) return last.summary;
  const summary = summarize(pod);
  last = { pod, summary };
  return summary;
}

/** What `kubectl get pods` says of a pod (kubernetes/pkg/printers/internalversion, printPod). */
function summarize(pod: KubeObject): PodSummary {
  const spec = fieldsOf(pod.spec);
  const status = fieldsOf(pod.status);
  const inits = listOf(spec.initContainers).map(fieldsOf);
  const sidecars = new Set(inits.filter((each) => each.restartPolicy === 'Always').map((each) => textOf(each.name)));
  const summary: PodSummary = {
    ready: 0,
    total: listOf(spec.containers).length + sidecars.size,
    restarts: 0,
    status: textOf(status.reason) || textOf(status.phase) || 'Unknown',
  };
  const initializing = readInits(summary, listOf(status.initContainerStatuses).map(fieldsOf), sidecars, inits.length);
  if (!initializing || hasCondition(pod, 'Initialized')) readContainers(summary, pod);
  const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') summary.status = 'Unknown';
    else if (!ended) summary.status = 'Terminating';
  }
  return summary;
}

/** Whether an init container is still to end; the status then says which. */
function readInits(
  summary: PodSummary,
  statuses: readonly Fields[],
  sidecars: ReadonlySet<string>,
  total: number,
): boolean {
  let restarts = 0;
  for (const [index, container] of statuses.entries()) {
    const { waiting, terminated } = fieldsOf(container.state);
    const isSidecar = sidecars.has(textOf(container.name));
    restarts += numberOf(container.restartCount);
    if (isSidecar) {
      summary.restarts += numberOf(container.restartCount);
      if (container.ready === true) summary.ready += 1;
      if (container.started === true) continue;
    } else if (terminated && numberOf(fieldsOf(terminated).exitCode) === 0) continue;
    const waitReason = textOf(fieldsOf(waiting).reason);
    if (terminated) summary.status = `Init:${endReason(fieldsOf(terminated))}`;
    else if (waitReason !== '' && waitReason !== 'PodInitializing') summary.status = `Init:${waitReason}`;
    else summary.status = `Init:${index}/${total}`;
    summary.restarts = restarts;
    return true;
  }
  return false;
}

function readContainers(summary: PodSummary, pod: KubeObject): void {
  let running = false;
  for (const container of listOf(fieldsOf(pod.status).containerStatuses).map(fieldsOf).reverse()) {
    const { waiting, terminated, running: runs } = fieldsOf(container.state);
    summary.restarts += numberOf(container.restartCount);
    const waitReason = textOf(fieldsOf(waiting).reason);
    if (waitReason !== '') summary.status = waitReason;
    else if (terminated) summary.status = endReason(fieldsOf(terminated));
    else if (container.ready === true && runs) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.status === 'Completed' && running) summary.status = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
}

function endReason({ reason, signal, exitCode }: Fields): string {
  if (textOf(reason) !== '') return textOf(reason);
  return numberOf(signal) > 0 ? `Signal:${numberOf(signal)}` : `ExitCode:${numberOf(exitCode)}`;
}

function hasCondition(pod: KubeObject, type: string): boolean {
  return listOf(fieldsOf(pod.status).conditions).some((item) => {
    const condition = fieldsOf(item);
    return condition.type === type && condition.status === 'True';
  });
}

function ready(pod: KubeObject): string {
  const { ready: count, total } = summaryOf(pod);
  return `${count}/${total}`;
}

export const podColumns: readonly ColumnRule[] = [
  column('ready', 'Ready', ready, { type: 'ratio' }),
  column('status', 'Status', (pod) => summaryOf(pod).status),
  column('restarts', 'Restarts', (pod) => summaryOf(pod).restarts, { type: 'number' }),
  ageColumn(),
  column('ip', 'IP', at('status.podIP'), { wide: true }),
  column('node', 'Node', at('spec.nodeName'), { wide: true }),
  column(
    'images',
    'Images',
    (pod) => joined(listOf(fieldsOf(pod.spec).containers).map((item) => fieldsOf(item).image)),
    {
      wide: true,
    },
  ),
  column('serviceAccount', 'Service account', at('spec.serviceAccountName'), { wide: true }),
  column('nominatedNode', 'Nominated node', at('status.nominatedNodeName'), { wide: true }),
];
