import type { DeploymentStatus } from 'kubernetes-types/apps/v1.d.ts';
import type { Deployment, ReplicaSet } from '../cluster-kinds.ts';
import { type Condition, conditionOf, withoutCondition } from '../conditions.ts';
import { timeOf, timestamp } from '../timestamps.ts';
import { availableOf, type Limits, sum } from './replica-set-plan.ts';

export type DeploymentFacts = {
  deployment: Deployment;
  next: ReplicaSet | undefined;
  all: readonly ReplicaSet[];
  limits: Limits;
  now: number;
};

/** The status of a Deployment and its Available and ReplicaFailure conditions; Progressing is `progressed`'s. */
export function deploymentStatus({ deployment, next, all, limits, now }: DeploymentFacts): DeploymentStatus {
  const replicas = sum(all, (set) => set.status?.replicas ?? 0);
  const ready = sum(all, (set) => set.status?.readyReplicas ?? 0);
  const available = sum(all, availableOf);
  const updated = next?.status?.replicas ?? 0;
  const wanted = sum(all, (set) => set.spec.replicas ?? 1);
  const unavailable = Math.max(0, wanted - available);
  const enough = available >= limits.replicas - limits.maxUnavailable;
  let conditions = (deployment.status?.conditions ?? []) as Condition[];
  conditions = setCondition(
    conditions,
    {
      type: 'Available',
      status: enough ? 'True' : 'False',
      reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    },
    now,
  );
  const failure = all.flatMap(
    (set) => conditionOf(set.status?.conditions as Condition[] | undefined, 'ReplicaFailure') ?? [],
  )[0];
  conditions =
    failure === undefined
      ? withoutCondition(conditions, 'ReplicaFailure')
      : setCondition(conditions, { ...failure, type: 'ReplicaFailure' }, now);
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...positive({
      replicas,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: available,
      unavailableReplicas: unavailable,
    }),
    ...(deployment.status?.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
    conditions: conditions as NonNullable<DeploymentStatus['conditions']>,
  };
}

/** Counts of 0 are left out, as Go's `omitempty` does. */
export function positive<T extends Record<string, number>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) as Partial<T>;
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted
  );
}

/**
 * Adds the Progressing condition to `status`; returns when the deadline passes, when one runs
 * (k8s.io/kubernetes/pkg/controller/deployment/progress.go).
 */
export function progressed(
  facts: DeploymentFacts,
  status: DeploymentStatus,
): { status: DeploymentStatus; deadline?: number } {
  const { deployment, next, now } = facts;
  const seconds = deployment.spec.progressDeadlineSeconds ?? 600;
  let conditions = (status.conditions ?? []) as Condition[];
  const current = conditionOf(conditions, 'Progressing');
  const set = (condition: Omit<Condition, 'type'>) => {
    conditions = setCondition(conditions, { type: 'Progressing', ...condition }, now);
  };
  const name = next === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${next.metadata.name}"`;
  const complete = isComplete(deployment, status);
  const settled = current?.reason === 'NewReplicaSetAvailable' && status.replicas === status.updatedReplicas;
  if (!settled && complete) {
    set({ status: 'True', reason: 'NewReplicaSetAvailable', message: `${name} has successfully progressed.` });
  } else if (!settled && isProgress(deployment.status, status)) {
    const message = `${name} is progressing.`;
    if (current?.status === 'True')
      conditions = touch(conditions, { ...current, reason: 'ReplicaSetUpdated', message }, now);
    else set({ status: 'True', reason: 'ReplicaSetUpdated', message });
  }
  const after = conditionOf(conditions, 'Progressing');
  const since = timeOf(after?.lastUpdateTime);
  const runs =
    !complete &&
    after?.status === 'True' &&
    after.reason !== 'NewReplicaSetAvailable' &&
    deployment.spec.paused !== true;
  const deadline = runs && since !== undefined ? since + seconds * 1000 : undefined;
  if (deadline !== undefined && now >= deadline) {
    set({ status: 'False', reason: 'ProgressDeadlineExceeded', message: `${name} has timed out progressing.` });
  }
  const result = { ...status, conditions: conditions as NonNullable<DeploymentStatus['conditions']> };
  return deadline === undefined || now >= deadline ? { status: result } : { status: result, deadline };
}

function isProgress(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

/** Sets a condition; nothing changes when status and reason are the same. */
export function setCondition(conditions: readonly Condition[], wanted: Condition, now: number): Condition[] {
  const known = conditionOf(conditions, wanted.type);
  if (known?.status === wanted.status && known.reason === wanted.reason) return [...conditions];
  const at = timestamp(now);
  const kept = known?.status === wanted.status ? known.lastTransitionTime : undefined;
  // The controller appends what it changes.
  return [
    ...withoutCondition(conditions, wanted.type),
    { ...wanted, lastUpdateTime: at, lastTransitionTime: kept ?? at },
  ];
}

function touch(conditions: readonly Condition[], wanted: Condition, now: number): Condition[] {
  return [...withoutCondition(conditions, wanted.type), { ...wanted, lastUpdateTime: timestamp(now) }];
}
