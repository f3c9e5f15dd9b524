import { messageOf } from '@pilothouse/core';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { Pod, ReplicaSet, ReplicationController } from './cluster-kinds.ts';
import { controllerOf, keyOf, refOf, splitKey } from './cluster-store.ts';
import { type Condition, withCondition, withoutCondition } from './conditions.ts';
import type { ControllerDeps } from './controller-deps.ts';
import { availableAt, byDeletionOrder, claimPods, createPod, deletePod, isActive, isReady } from './pod-control.ts';

type ReplicaKind =
  | { resource: 'replicasets.apps'; kind: 'ReplicaSet'; component: 'replicaset-controller' }
  | { resource: 'replicationcontrollers'; kind: 'ReplicationController'; component: 'replication-controller' };

/** Keeps the wanted number of pods of each ReplicaSet. */
export function startReplicaSetController(deps: ControllerDeps): void {
  startReplicaController(deps, {
    resource: 'replicasets.apps',
    kind: 'ReplicaSet',
    component: 'replicaset-controller',
  });
}

/** Keeps the wanted number of pods of each ReplicationController. */
export function startReplicationController(deps: ControllerDeps): void {
  startReplicaController(deps, {
    resource: 'replicationcontrollers',
    kind: 'ReplicationController',
    component: 'replication-controller',
  });
}

/** Creates and deletes at most this many pods in one turn (the burst of the real controller). */
const burst = 500;
const firstWait = 1_000;
const longestWait = 60_000;

/** The API server refused to make a pod. */
type Refusal = { why: string; delay: number; until: number };

function startReplicaController(deps: ControllerDeps, { resource, kind, component }: ReplicaKind): void {
  const { store, clock, work } = deps;
  const source = { component };
  const queue = work.queue(component, reconcile);
  const refusals = new Map<string, Refusal>();

  store.subscribe(resource, ({ type, object }) => {
    if (type === 'DELETED') refusals.delete(object.metadata.uid ?? '');
    queue.add(keyOf(object));
  });
  store.subscribe('pods', ({ type, object }) => {
    const owner = controllerOf(object, kind);
    // Pods of a set change in bursts; one look serves them all.
    if (owner !== undefined) queue.add(`${object.metadata.namespace}/${owner.name}`, 50);
    else if (type === 'ADDED' && object.metadata.labels !== undefined) adoptLater(object);
  });
  for (const object of store.list(resource)) queue.add(keyOf(object));

  function adoptLater(pod: Pod): void {
    for (const object of store.list(resource, pod.metadata.namespace)) queue.add(keyOf(object));
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = store.get(resource, namespace, name);
    if (set === undefined) return;
    const pods = claimPods(deps, set, selectorOf(set));
    const active = pods.filter(isActive);
    const failure = set.metadata.deletionTimestamp === undefined ? scale(set, active) : undefined;
    report(set, failure);
  }

  /** Returns why pods could not be made, when that is so. After a refusal the next try waits, longer each time. */
  function scale(set: ReplicaSet | ReplicationController, active: readonly Pod[]): string | undefined {
    const wanted = set.spec.replicas ?? 1;
    const uid = set.metadata.uid ?? '';
    const { template } = set.spec;
    if (active.length >= wanted || template === undefined) {
      refusals.delete(uid);
      const surplus = byDeletionOrder(active).slice(0, Math.max(0, Math.min(burst, active.length - wanted)));
      for (const pod of surplus) deletePod(deps, { owner: set, source }, pod);
      return undefined;
    }
    const before = refusals.get(uid);
    if (before !== undefined && before.until > clock.now()) {
      queue.add(keyOf(set), before.until - clock.now());
      return before.why;
    }
    for (let count = Math.min(burst, wanted - active.length); count > 0; count--) {
      try {
        createPod(deps, { owner: set, template, source });
      } catch (error) {
        const delay = Math.min(longestWait, (before?.delay ?? firstWait / 2) * 2);
        refusals.set(uid, { why: messageOf(error), delay, until: clock.now() + delay });
        queue.add(keyOf(set), delay);
        return messageOf(error);
      }
    }
    refusals.delete(uid);
    return undefined;
  }

  function report(set: ReplicaSet | ReplicationController, failure: string | undefined): void {
    const now = clock.now();
    const minReady = set.spec.minReadySeconds ?? 0;
    const pods = store.owned('pods', set.metadata.uid).filter(isActive);
    const labels = Object.entries(set.spec.template?.metadata?.labels ?? {});
    const times = pods.map((pod) => availableAt(pod, minReady));
    const available = times.filter((time) => time !== undefined && time <= now).length;
    const soon = Math.min(...times.map((time) => (time !== undefined && time > now ? time : Number.POSITIVE_INFINITY)));
    if (soon !== Number.POSITIVE_INFINITY) queue.add(keyOf(set), soon - now);
    const update = (draft: ReplicaSet | ReplicationController) => {
      const counts = {
        fullyLabeledReplicas: pods.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value))
          .length,
        readyReplicas: pods.filter(isReady).length,
        availableReplicas: available,
      };
      const conditions = (draft.status?.conditions ?? []) as Condition[];
      const next =
        failure === undefined
          ? withoutCondition(conditions, 'ReplicaFailure')
          : withCondition(
              conditions,
              { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure },
              now,
            );
      draft.status = {
        replicas: pods.length,
        ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
        observedGeneration: set.metadata.generation ?? 1,
        ...(next.length === 0 ? {} : { conditions: next }),
      } as NonNullable<typeof draft.status>;
    };
    store.update(resource, refOf(set), update, { subresource: 'status', manager: 'kube-controller-manager' });
  }
}

function selectorOf(set: ReplicaSet | ReplicationController): LabelSelector | undefined {
  if (set.kind === 'ReplicationController') return { matchLabels: (set as ReplicationController).spec.selector ?? {} };
  return (set as ReplicaSet).spec.selector;
}
