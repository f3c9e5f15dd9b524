import { isAppError } from '@pilothouse/core';
import { jsonEqual } from '../../rules/json-equal.ts';
import { labelSelectorMatcher } from '../../storage/label-selector.ts';
import type { Deployment, ReplicaSet } from '../cluster-kinds.ts';
import { controllerOf, controllerReference, keyOf, refOf, splitKey } from '../cluster-store.ts';
import type { Condition } from '../conditions.ts';
import { conditionOf } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { isActive } from '../pod-control.ts';
import { templateHash } from '../template-hash.ts';
import { deploymentStatus, isComplete, progressed, setCondition } from './deployment-status.ts';
import {
  annotations,
  byAge,
  limitsOf,
  proportionalSteps,
  replicasOf,
  revisionOf,
  rollingSteps,
  type ScaleStep,
  sum,
} from './replica-set-plan.ts';

const source = { component: 'deployment-controller' };
const manager = 'kube-controller-manager';
const hashLabel = 'pod-template-hash';
/** Annotations of the Deployment that are its own business, not its ReplicaSets'. */
const notCopied = new Set<string>([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  ...Object.values(annotations),
]);

/** Rolls Deployments out: one ReplicaSet per pod template, scaled within maxSurge and maxUnavailable. */
export function startDeploymentController({ store, clock, work, recorder }: ControllerDeps): void {
  const queue = work.queue('deployment', reconcile);

  store.subscribe('deployments.apps', ({ object }) => queue.add(keyOf(object)));
  store.subscribe('replicasets.apps', ({ object }) => wakeOwner(object));
  store.subscribe('pods', ({ type, object }) => {
    // A Recreate rollout goes on when the last old pod is gone.
    const owner = type === 'DELETED' ? controllerOf(object, 'ReplicaSet') : undefined;
    const set = owner === undefined ? undefined : store.get('replicasets.apps', object.metadata.namespace, owner.name);
    if (set !== undefined) wakeOwner(set);
  });
  for (const deployment of store.list('deployments.apps')) queue.add(keyOf(deployment));

  function wakeOwner(set: ReplicaSet): void {
    const owner = controllerOf(set, 'Deployment');
    if (owner !== undefined) queue.add(`${set.metadata.namespace}/${owner.name}`);
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const deployment = store.get('deployments.apps', namespace, name);
    if (deployment === undefined) return;
    if (deployment.metadata.deletionTimestamp !== undefined) return report(deployment, claimSets(deployment));
    noteProgressBounds(deployment);
    const paused = deployment.spec.paused === true;
    const sets = claimSets(deployment);
    const next = paused ? findNext(deployment, sets) : takeNext(deployment, sets);
    const all = claimSets(deployment);
    if (next === undefined && !paused) return;
    rollOut(deployment, next, all);
    const after = claimSets(deployment);
    if (!paused) cleanUp(deployment, after);
    report(deployment, after);
  }

  function rollOut(deployment: Deployment, next: ReplicaSet | undefined, all: readonly ReplicaSet[]): void {
    const limits = limitsOf(deployment);
    const newest = next ?? [...all].sort(byAge).at(-1);
    if (newest === undefined) return;
    const old = all.filter((set) => set.metadata.uid !== newest.metadata.uid);
    const rollout = { next: newest, old, limits };
    const wasResized = all.some((set) => {
      const desired = set.metadata.annotations?.[annotations.desired];
      return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== limits.replicas;
    });
    if (deployment.spec.paused === true || wasResized) {
      for (const step of proportionalSteps(rollout)) scale(deployment, step);
    } else if (deployment.spec.strategy?.type === 'Recreate') {
      for (const set of old) if (replicasOf(set) > 0) scale(deployment, { set, replicas: 0 });
      const remaining = old.some((set) =>
        store
          .owned('pods', set.metadata.uid)
          .some((pod) => isActive(pod) || pod.metadata.deletionTimestamp !== undefined),
      );
      if (!remaining && replicasOf(newest) !== limits.replicas)
        scale(deployment, { set: newest, replicas: limits.replicas });
    } else {
      for (const step of rollingSteps(rollout)) scale(deployment, step);
    }
    for (const set of all) annotateSize(deployment, set);
  }

  function scale(deployment: Deployment, { set, replicas }: ScaleStep): void {
    const from = replicasOf(set);
    store.update(
      'replicasets.apps',
      refOf(set),
      (draft) => {
        draft.spec.replicas = replicas;
        draft.metadata.annotations = { ...draft.metadata.annotations, ...sizeAnnotations(deployment) };
      },
      { manager },
    );
    const way = replicas > from ? 'up' : 'down';
    recorder.record(source, deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${way} replica set ${set.metadata.name} from ${from} to ${replicas}`,
    });
  }

  function annotateSize(deployment: Deployment, set: ReplicaSet): void {
    if (replicasOf(set) === 0) return;
    store.update(
      'replicasets.apps',
      refOf(set),
      (draft) => {
        draft.metadata.annotations = { ...draft.metadata.annotations, ...sizeAnnotations(deployment) };
      },
      { manager },
    );
  }

  /** The ReplicaSets of this Deployment; matching ones without a controller are adopted. */
  function claimSets(deployment: Deployment): ReplicaSet[] {
    const mine = store.owned('replicasets.apps', deployment.metadata.uid);
    if (deployment.metadata.deletionTimestamp !== undefined) return mine;
    const matches = labelSelectorMatcher(deployment.spec.selector);
    for (const set of store.list('replicasets.apps', deployment.metadata.namespace)) {
      if (
        controllerOf(set) !== undefined ||
        !matches(set.metadata.labels) ||
        set.metadata.deletionTimestamp !== undefined
      )
        continue;
      const adopted = store.update(
        'replicasets.apps',
        refOf(set),
        (draft) => {
          draft.metadata.ownerReferences = [...(draft.metadata.ownerReferences ?? []), controllerReference(deployment)];
        },
        { manager },
      );
      if (adopted !== undefined) mine.push(adopted);
    }
    return mine;
  }

  function findNext(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
    return [...sets]
      .sort(byAge)
      .find((set) => jsonEqual(withoutHash(set.spec.template), withoutHash(deployment.spec.template)));
  }

  /** The ReplicaSet of the present template, made when there is none, with the newest revision. */
  function takeNext(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
    const found = findNext(deployment, sets);
    const newestOld = Math.max(0, ...sets.filter((set) => set !== found).map(revisionOf));
    if (found === undefined) return makeSet(deployment, sets, newestOld + 1);
    const revision = Math.max(newestOld + 1, revisionOf(found));
    const kept = store.update(
      'replicasets.apps',
      refOf(found),
      (draft) => {
        const before = revisionOf(draft);
        const history = draft.metadata.annotations?.[annotations.revisionHistory];
        draft.metadata.annotations = {
          ...draft.metadata.annotations,
          ...copied(deployment),
          [annotations.revision]: String(revision),
        };
        if (before !== 0 && before !== revision) {
          draft.metadata.annotations[annotations.revisionHistory] =
            history === undefined ? String(before) : `${history},${before}`;
        }
      },
      { manager },
    );
    noteRevision(deployment, revision);
    const conditions = (deployment.status?.conditions ?? []) as Condition[];
    if (conditionOf(conditions, 'Progressing') === undefined) {
      setProgressing(deployment, 'FoundNewReplicaSet', `Found new replica set "${found.metadata.name}"`);
    }
    return kept;
  }

  function makeSet(deployment: Deployment, sets: readonly ReplicaSet[], revision: number): ReplicaSet | undefined {
    const { template } = deployment.spec;
    const hash = templateHash(template, deployment.status?.collisionCount ?? 0);
    const limits = limitsOf(deployment);
    const total = sum(sets, replicasOf);
    const recreate = deployment.spec.strategy?.type === 'Recreate';
    const replicas = recreate
      ? total > 0
        ? 0
        : limits.replicas
      : Math.max(0, Math.min(limits.replicas, limits.replicas + limits.maxSurge - total));
    const labels = { ...template.metadata?.labels, [hashLabel]: hash };
    try {
      const made = store.create(
        'replicasets.apps',
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: {
            name: `${deployment.metadata.name}-${hash}`,
            namespace: deployment.metadata.namespace ?? 'default',
            labels,
            annotations: {
              ...copied(deployment),
              ...sizeAnnotations(deployment),
              [annotations.revision]: String(revision),
            },
            ownerReferences: [controllerReference(deployment)],
          },
          spec: {
            replicas,
            ...(deployment.spec.minReadySeconds === undefined
              ? {}
              : { minReadySeconds: deployment.spec.minReadySeconds }),
            selector: {
              ...deployment.spec.selector,
              matchLabels: { ...deployment.spec.selector.matchLabels, [hashLabel]: hash },
            },
            template: { ...template, metadata: { ...template.metadata, labels } },
          },
        },
        { manager },
      );
      if (replicas > 0) {
        recorder.record(source, deployment, {
          type: 'Normal',
          reason: 'ScalingReplicaSet',
          message: `Scaled up replica set ${made.metadata.name} from 0 to ${replicas}`,
        });
      }
      noteRevision(deployment, revision);
      setProgressing(deployment, 'NewReplicaSetCreated', `Created new replica set "${made.metadata.name}"`);
      return made;
    } catch (error) {
      if (isAppError(error) && error.code === 'already_exists') {
        // Another template with this hash: the next turn hashes with a higher collision count.
        store.update(
          'deployments.apps',
          refOf(deployment),
          (draft) => {
            draft.status = { ...draft.status, collisionCount: (draft.status?.collisionCount ?? 0) + 1 };
          },
          { subresource: 'status', manager },
        );
        return undefined;
      }
      const message = error instanceof Error ? error.message : String(error);
      recorder.record(source, deployment, {
        type: 'Warning',
        reason: 'ReplicaSetCreateError',
        message: `Failed to create new replica set: ${message}`,
      });
      throw error;
    }
  }

  function noteRevision(deployment: Deployment, revision: number): void {
    store.update(
      'deployments.apps',
      refOf(deployment),
      (draft) => {
        draft.metadata.annotations = { ...draft.metadata.annotations, [annotations.revision]: String(revision) };
      },
      { manager },
    );
  }

  function noteProgressBounds(deployment: Deployment): void {
    const conditions = (deployment.status?.conditions ?? []) as Condition[];
    const current = conditionOf(conditions, 'Progressing');
    const paused = deployment.spec.paused === true;
    if (current?.reason === 'ProgressDeadlineExceeded') return;
    if (paused && current?.reason !== 'DeploymentPaused')
      setProgressing(deployment, 'DeploymentPaused', 'Deployment is paused', 'Unknown');
    if (!paused && current?.reason === 'DeploymentPaused')
      setProgressing(deployment, 'DeploymentResumed', 'Deployment is resumed', 'Unknown');
  }

  function setProgressing(deployment: Deployment, reason: string, message: string, status = 'True'): void {
    store.update(
      'deployments.apps',
      refOf(deployment),
      (draft) => {
        const conditions = setCondition(
          (draft.status?.conditions ?? []) as Condition[],
          { type: 'Progressing', status, reason, message },
          clock.now(),
        );
        draft.status = {
          ...draft.status,
          conditions: conditions as NonNullable<NonNullable<Deployment['status']>['conditions']>,
        };
      },
      { subresource: 'status', manager },
    );
  }

  /** Deletes empty ReplicaSets beyond revisionHistoryLimit once the rollout is through. */
  function cleanUp(deployment: Deployment, sets: readonly ReplicaSet[]): void {
    if (deployment.status === undefined || !isComplete(deployment, deployment.status)) return;
    const next = findNext(deployment, sets);
    const empty = sets.filter((set) => set !== next && replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0);
    empty.sort((a, b) => revisionOf(a) - revisionOf(b));
    const surplus = empty.length - (deployment.spec.revisionHistoryLimit ?? 10);
    for (const set of empty.slice(0, Math.max(0, surplus)))
      store.delete('replicasets.apps', refOf(set), { propagation: 'Background' });
  }

  function report(deployment: Deployment, all: readonly ReplicaSet[]): void {
    const now = clock.now();
    let deadline: number | undefined;
    store.update(
      'deployments.apps',
      refOf(deployment),
      (draft) => {
        const facts = { deployment: draft, next: findNext(draft, all), all, limits: limitsOf(draft), now };
        const status = deploymentStatus(facts);
        // A paused rollout makes no progress and misses no deadline.
        const result: ReturnType<typeof progressed> =
          draft.spec.paused === true ? { status } : progressed(facts, status);
        deadline = result.deadline;
        draft.status = result.status;
      },
      { subresource: 'status', manager },
    );
    if (deadline !== undefined) queue.add(keyOf(deployment), deadline - now);
  }
}

function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const { replicas, maxSurge } = limitsOf(deployment);
  return { [annotations.desired]: String(replicas), [annotations.max]: String(replicas + maxSurge) };
}

function copied(deployment: Deployment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key)),
  );
}

function withoutHash(template: ReplicaSet['spec']['template']): unknown {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, creationTimestamp: undefined, labels } };
}
