import type { StatefulSetStatus } from 'kubernetes-types/apps/v1.d.ts';
import type { ControllerRevision, Pod, StatefulSet } from '../cluster-kinds.ts';
import { type ClusterStore, refOf } from '../cluster-store.ts';
import { availableAt, isReady } from '../pod-control.ts';
import { revisionLabel } from './stateful-pod.ts';

export type StatefulSetFacts = {
  set: StatefulSet;
  pods: ReadonlyMap<number, Pod>;
  current: ControllerRevision;
  update: ControllerRevision;
};

/** Writes the status; returns the milliseconds until a ready pod becomes available, when one waits for that. */
export function reportStatefulSet(
  { store, now }: { store: ClusterStore; now: number },
  facts: StatefulSetFacts,
): number | undefined {
  const { set, pods, current, update } = facts;
  const live = [...pods.values()].filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const times = live.map((pod) => availableAt(pod, set.spec.minReadySeconds ?? 0));
  const of = (revision: ControllerRevision) =>
    live.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision.metadata.name).length;
  const ready = live.filter(isReady).length;
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.size,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    availableReplicas: times.filter((time) => time !== undefined && time <= now).length,
    ...(of(current) > 0 ? { currentReplicas: of(current) } : {}),
    ...(of(update) > 0 ? { updatedReplicas: of(update) } : {}),
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: 0,
  };
  const wanted = set.spec.replicas ?? 1;
  const rolling = set.spec.updateStrategy?.type !== 'OnDelete';
  if (rolling && of(update) === wanted && ready === wanted && pods.size === wanted) {
    // Every pod is of the new revision: it becomes the current one.
    status.currentRevision = update.metadata.name;
    if (of(update) > 0) status.currentReplicas = of(update);
  }
  store.update(
    'statefulsets.apps',
    refOf(set),
    (draft) => {
      draft.status = status;
    },
    { subresource: 'status', manager: 'kube-controller-manager' },
  );
  const soon = Math.min(
    ...times.map((time) => (time !== undefined && time > now ? time - now : Number.POSITIVE_INFINITY)),
  );
  return soon === Number.POSITIVE_INFINITY ? undefined : soon;
}
