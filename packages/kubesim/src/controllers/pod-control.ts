import { messageOf } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { cloneJson } from '../runtime/clone-json.ts';
import { labelSelectorMatcher } from '../storage/label-selector.ts';
import type { Pod } from './cluster-kinds.ts';
import { type ClusterStore, controllerReference, refOf } from './cluster-store.ts';
import { type Condition, conditionOf } from './conditions.ts';
import type { ControllerDeps } from './controller-deps.ts';
import type { EventSource } from './event-recorder.ts';
import { timeOf } from './timestamps.ts';

/** The names a new pod may have, and changes to it before it is made. */
export type NewPod = { name?: string; adjust?: (pod: KubeObject & { spec: Pod['spec'] }) => void };

/** Makes a pod from `template`, controlled by `owner`, and says so in an Event as the workload controllers do; throws when refused. */
export function createPod(
  { store, recorder }: ControllerDeps,
  from: { owner: KubeObject; template: PodTemplateSpec; source: EventSource },
  named: NewPod = {},
): Pod {
  const { owner, template, source } = from;
  const { metadata } = template;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: named.name ?? '',
      ...(named.name === undefined ? { generateName: `${owner.metadata.name}-` } : {}),
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...metadata?.labels },
      ...(metadata?.annotations === undefined ? {} : { annotations: { ...metadata.annotations } }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: [...metadata.finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: cloneJson(template.spec ?? { containers: [] }),
  };
  named.adjust?.(pod);
  try {
    const made = store.create('pods', pod, { manager: 'kube-controller-manager' });
    recorder.record(source, owner, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${made.metadata.name}`,
    });
    return made;
  } catch (error) {
    recorder.record(source, owner, {
      type: 'Warning',
      reason: 'FailedCreate',
      message: `Error creating: ${messageOf(error)}`,
    });
    throw error;
  }
}

/** Deletes a pod of `owner` and says so in an Event. */
export function deletePod(
  { store, recorder }: ControllerDeps,
  from: { owner: KubeObject; source: EventSource },
  pod: Pod,
): void {
  store.delete('pods', refOf(pod));
  recorder.record(from.source, from.owner, {
    type: 'Normal',
    reason: 'SuccessfulDelete',
    message: `Deleted pod: ${pod.metadata.name}`,
  });
}

/** The pods `owner` controls: those it made and still match, and matching ones without a controller, which it adopts; others it lets go. */
export function claimPods(
  { store, orphans }: ControllerDeps,
  owner: KubeObject,
  selector: LabelSelector | undefined,
): Pod[] {
  const matches = labelSelectorMatcher(selector ?? {});
  const mine: Pod[] = [];
  for (const pod of store.owned('pods', owner.metadata.uid)) {
    if (matches(pod.metadata.labels) || pod.metadata.deletionTimestamp !== undefined) mine.push(pod);
    else if (owner.metadata.deletionTimestamp === undefined) release(store, pod, owner);
  }
  if (owner.metadata.deletionTimestamp !== undefined || isEmpty(selector)) return mine;
  for (const pod of orphans.of(owner.metadata.namespace)) {
    if (!matches(pod.metadata.labels) || !isActive(pod)) continue;
    const adopted = store.update('pods', refOf(pod), (draft) => {
      draft.metadata.ownerReferences = [...(draft.metadata.ownerReferences ?? []), controllerReference(owner)];
    });
    if (adopted !== undefined) mine.push(adopted);
  }
  return mine;
}

function release(store: ClusterStore, pod: Pod, owner: KubeObject): void {
  store.update('pods', refOf(pod), (draft) => {
    const others = draft.metadata.ownerReferences?.filter((one) => one.uid !== owner.metadata.uid) ?? [];
    if (others.length > 0) draft.metadata.ownerReferences = others;
    else delete draft.metadata.ownerReferences;
  });
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0;
}

export function isActive(pod: Pod): boolean {
  return (
    pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined
  );
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod.status?.conditions as Condition[] | undefined, 'Ready')?.status === 'True';
}

/** When a ready pod becomes available: it has to stay ready for `minReadySeconds`. Undefined while it is not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = conditionOf(pod.status?.conditions as Condition[] | undefined, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return (timeOf(ready.lastTransitionTime) ?? 0) + minReadySeconds * 1000;
}

/**
 * Which pods go first when there are too many: unbound, not running, not ready, cheap (pod-deletion-cost), those that share their node with
 * more of their kind, ready for a shorter time, restarted more often, younger (k8s.io/kubernetes/pkg/controller.ActivePodsWithRanks).
 */
export function byDeletionOrder(pods: readonly Pod[]): Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): number[] => [
    pod.spec.nodeName === undefined ? 0 : 1,
    pod.status?.phase === 'Running' ? 1 : 0,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -(perNode.get(pod.spec.nodeName ?? '') ?? 0),
    -(availableAt(pod, 0) ?? 0),
    -restartsOf(pod),
    -(timeOf(pod.metadata.creationTimestamp) ?? 0),
  ];
  const ranked = pods.map((pod) => ({ pod, rank: rank(pod) }));
  ranked.sort((a, b) => {
    for (const [index, value] of a.rank.entries()) {
      const difference = value - (b.rank[index] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.pod.metadata.name < b.pod.metadata.name ? -1 : 1;
  });
  return ranked.map(({ pod }) => pod);
}

export function restartsOf(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((one) => one.restartCount));
}
