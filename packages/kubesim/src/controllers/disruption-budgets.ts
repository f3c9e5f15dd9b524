import { labelSelectorMatcher } from '../storage/label-selector.ts';
import type { ClusterResource, Deployment, Pod, PodDisruptionBudget } from './cluster-kinds.ts';
import { controllerOf, keyOf, refOf, splitKey } from './cluster-store.ts';
import { type Condition, withCondition } from './conditions.ts';
import type { ControllerDeps } from './controller-deps.ts';
import { resolve } from './deployment/replica-set-plan.ts';
import { isActive, isReady } from './pod-control.ts';

const scaled: Readonly<Record<string, ClusterResource>> = {
  ReplicaSet: 'replicasets.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicationController: 'replicationcontrollers',
};

/** Keeps the status of PodDisruptionBudgets, by which evictions are allowed or refused. */
export function startDisruptionController({ store, clock, work }: ControllerDeps): void {
  const queue = work.queue('pdb', reconcile);
  store.subscribe('poddisruptionbudgets.policy', ({ object }) => queue.add(keyOf(object)));
  store.subscribe('pods', ({ object }) => {
    for (const budget of store.list('poddisruptionbudgets.policy', object.metadata.namespace)) {
      if (budget.spec.selector !== undefined && labelSelectorMatcher(budget.spec.selector)(object.metadata.labels))
        queue.add(keyOf(budget));
    }
  });
  for (const budget of store.list('poddisruptionbudgets.policy')) queue.add(keyOf(budget));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const budget = store.get('poddisruptionbudgets.policy', namespace, name);
    if (budget === undefined) return;
    const matches = labelSelectorMatcher(budget.spec.selector ?? {});
    const pods = [...store.list('pods', namespace)].filter((pod) => isActive(pod) && matches(pod.metadata.labels));
    const healthy = pods.filter(isReady).length;
    const { expected, desired } = expectation(budget, pods);
    const allowed = expected === 0 ? 0 : Math.max(0, healthy - desired);
    store.update(
      'poddisruptionbudgets.policy',
      refOf(budget),
      (draft) => {
        const condition: Condition = {
          type: 'DisruptionAllowed',
          status: allowed > 0 ? 'True' : 'False',
          reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
          message: '',
        };
        const conditions = withCondition(draft.status?.conditions as Condition[] | undefined, condition, clock.now());
        const observedGeneration = budget.metadata.generation ?? 1;
        draft.status = {
          observedGeneration,
          disruptionsAllowed: allowed,
          currentHealthy: healthy,
          desiredHealthy: desired,
          expectedPods: expected,
          conditions: conditions.map((one) => ({ ...one, observedGeneration })) as NonNullable<
            NonNullable<typeof draft.status>['conditions']
          >,
        };
      },
      { subresource: 'status', manager: 'kube-controller-manager' },
    );
  }

  function expectation({ spec }: PodDisruptionBudget, pods: readonly Pod[]): { expected: number; desired: number } {
    const { minAvailable, maxUnavailable } = spec;
    if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
    const expected = controllersScale(pods);
    if (minAvailable !== undefined) return { expected, desired: resolve(minAvailable, expected, Math.ceil) };
    return { expected, desired: Math.max(0, expected - resolve(maxUnavailable ?? 0, expected, Math.ceil)) };
  }

  /** The pods' controllers' wanted replicas, summed: what is expected, also while some are away. */
  function controllersScale(pods: readonly Pod[]): number {
    const sizes = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      const resource = scaled[owner?.kind ?? ''];
      if (owner === undefined || resource === undefined) continue;
      const controller = store.get(resource, pod.metadata.namespace, owner.name) as Deployment | undefined;
      sizes.set(owner.uid, controller?.spec.replicas ?? 1);
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
}
