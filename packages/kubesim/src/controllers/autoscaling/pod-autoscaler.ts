import type { HPAScalingRules, MetricSpec } from 'kubernetes-types/autoscaling/v2.d.ts';
import { labelSelectorMatcher } from '../../storage/label-selector.ts';
import type { ClusterResource, Deployment, HorizontalPodAutoscaler } from '../cluster-kinds.ts';
import { keyOf, refOf, splitKey } from '../cluster-store.ts';
import { type Condition, withCondition } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { isActive } from '../pod-control.ts';
import { timestamp } from '../timestamps.ts';
import { type Proposal, proposalOf } from './autoscaler-metrics.ts';

const component = 'horizontal-pod-autoscaler';
const manager = 'kube-controller-manager';
const round = 15_000;
const targets: Readonly<Record<string, ClusterResource>> = {
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicaSet: 'replicasets.apps',
};
const defaultMetrics: MetricSpec[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

type Recommendation = { at: number; replicas: number };

/** Scales targets by the simulated usage of their pods, every 15 s, with stabilisation and the default limits of speed. */
export function startPodAutoscaler({ store, clock, work, recorder, pace }: ControllerDeps): void {
  const queue = work.queue('hpa', reconcile);
  const history = new Map<string, Recommendation[]>();

  store.subscribe('horizontalpodautoscalers.autoscaling', ({ type, object }) => {
    if (type === 'DELETED') history.delete(object.metadata.uid ?? '');
    else if (type === 'ADDED') queue.add(keyOf(object), 1_000);
  });
  for (const one of store.list('horizontalpodautoscalers.autoscaling')) queue.add(keyOf(one), 1_000);

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const scaler = store.get('horizontalpodautoscalers.autoscaling', namespace, name);
    if (scaler === undefined) return;
    queue.add(key, round);
    if (pace.hasty) return;
    const resource = targets[scaler.spec.scaleTargetRef.kind];
    const target =
      resource === undefined
        ? undefined
        : (store.get(resource, namespace, scaler.spec.scaleTargetRef.name) as Deployment | undefined);
    if (target === undefined || resource === undefined) return withoutTarget(scaler);
    scale(scaler, target, resource);
  }

  function withoutTarget(scaler: HorizontalPodAutoscaler): void {
    const { kind, name } = scaler.spec.scaleTargetRef;
    const message = `the HPA controller was unable to get the target's current scale: ${kind.toLowerCase()}s.apps "${name}" not found`;
    recorder.record({ component }, scaler, {
      type: 'Warning',
      reason: 'FailedGetScale',
      message: message.replace(/^.*scale: /, ''),
    });
    report(scaler, scaler.status?.currentReplicas ?? 0, {
      conditions: [{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message }],
    });
  }

  function scale(scaler: HorizontalPodAutoscaler, target: Deployment, resource: ClusterResource): void {
    const current = target.spec.replicas ?? 1;
    const conditions: Condition[] = [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededGetScale',
        message: "the HPA controller was able to get the target's current scale",
      },
    ];
    if (current === 0) {
      conditions.push({
        type: 'ScalingActive',
        status: 'False',
        reason: 'ScalingDisabled',
        message: 'scaling is disabled since the replica count of the target is zero',
      });
      return report(scaler, 0, { conditions, desired: 0 });
    }
    const matches = labelSelectorMatcher(target.spec.selector);
    const pods = [...store.list('pods', target.metadata.namespace)].filter(
      (pod) => isActive(pod) && matches(pod.metadata.labels),
    );
    const proposals = (scaler.spec.metrics ?? defaultMetrics).flatMap(
      (metric) => proposalOf(metric, { pods, replicas: current, now: clock.now() }) ?? [],
    );
    const best = proposals.reduce<Proposal | undefined>(
      (most, one) => (most === undefined || one.replicas > most.replicas ? one : most),
      undefined,
    );
    if (best === undefined) {
      const why =
        'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
      recorder.record({ component }, scaler, {
        type: 'Warning',
        reason: 'FailedGetResourceMetric',
        message: why.replace('the HPA was unable to compute the replica count: ', ''),
      });
      conditions.push({ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message: why });
      return report(scaler, current, { conditions });
    }
    conditions.push({
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: `the HPA was able to successfully calculate a replica count from ${best.name}`,
    });
    const { wanted, limit } = bounded(scaler, { current, proposed: best.replicas, conditions });
    conditions.push(limit);
    const metrics = proposals.map((one) => one.status);
    if (wanted === current) return report(scaler, current, { conditions, desired: wanted, metrics });
    store.update(
      resource,
      refOf(target),
      (draft) => {
        (draft as Deployment).spec.replicas = wanted;
      },
      { manager },
    );
    recorder.record({ component }, scaler, {
      type: 'Normal',
      reason: 'SuccessfulRescale',
      message: `New size: ${wanted}; reason: ${reasonOf(best, limit)}`,
    });
    report(scaler, current, { conditions, desired: wanted, metrics, scaled: true });
  }

  /** Applies stabilisation, the speed limit upwards (twice as many or four more) and the bounds. */
  function bounded(
    scaler: HorizontalPodAutoscaler,
    facts: { current: number; proposed: number; conditions: Condition[] },
  ): { wanted: number; limit: Condition } {
    const { current, proposed, conditions } = facts;
    const { minReplicas = 1, maxReplicas, behavior } = scaler.spec;
    const stable = stabilised(scaler, current, proposed, { up: behavior?.scaleUp, down: behavior?.scaleDown });
    conditions[0] =
      stable === proposed
        ? {
            type: 'AbleToScale',
            status: 'True',
            reason: 'ReadyForNewScale',
            message: 'recommended size matches current size',
          }
        : {
            type: 'AbleToScale',
            status: 'True',
            reason: 'ScaleDownStabilized',
            message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
          };
    if (stable > current)
      conditions[0] = {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededRescale',
        message: `the HPA controller was able to update the target scale to ${stable}`,
      };
    const fastest = Math.max(current * 2, current + 4);
    if (stable > maxReplicas)
      return {
        wanted: Math.min(maxReplicas, fastest),
        limit: limited('TooManyReplicas', 'the desired replica count is more than the maximum replica count'),
      };
    if (stable < minReplicas)
      return {
        wanted: minReplicas,
        limit: limited('TooFewReplicas', 'the desired replica count is less than the minimum replica count'),
      };
    if (stable > fastest)
      return {
        wanted: fastest,
        limit: limited('ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate'),
      };
    return {
      wanted: stable,
      limit: {
        type: 'ScalingLimited',
        status: 'False',
        reason: 'DesiredWithinRange',
        message: 'the desired count is within the acceptable range',
      },
    };
  }

  /** Downwards the highest of the last five minutes counts, upwards the lowest of the (by default empty) window. */
  function stabilised(
    scaler: HorizontalPodAutoscaler,
    current: number,
    proposed: number,
    rules: { up: HPAScalingRules | undefined; down: HPAScalingRules | undefined },
  ): number {
    const now = clock.now();
    const downWindow = (rules.down?.stabilizationWindowSeconds ?? 300) * 1000;
    const upWindow = (rules.up?.stabilizationWindowSeconds ?? 0) * 1000;
    const uid = scaler.metadata.uid ?? '';
    const recent = (history.get(uid) ?? [{ at: now, replicas: current }]).filter(
      (one) => one.at > now - Math.max(downWindow, upWindow),
    );
    recent.push({ at: now, replicas: proposed });
    history.set(uid, recent);
    const within = (window: number) => recent.filter((one) => one.at >= now - window).map((one) => one.replicas);
    if (proposed > current) return Math.max(current, Math.min(...within(upWindow)));
    return Math.min(current, Math.max(proposed, ...within(downWindow)));
  }

  type Outcome = {
    conditions: readonly Condition[];
    desired?: number;
    metrics?: Proposal['status'][];
    scaled?: boolean;
  };

  function report(scaler: HorizontalPodAutoscaler, current: number, outcome: Outcome): void {
    const now = clock.now();
    store.update(
      'horizontalpodautoscalers.autoscaling',
      refOf(scaler),
      (draft) => {
        let conditions = draft.status?.conditions as Condition[] | undefined;
        for (const one of outcome.conditions) conditions = withCondition(conditions, one, now);
        const lastScaleTime = outcome.scaled === true ? timestamp(now) : draft.status?.lastScaleTime;
        draft.status = {
          ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
          currentReplicas: current,
          desiredReplicas: outcome.desired ?? draft.status?.desiredReplicas ?? 0,
          currentMetrics: outcome.metrics ?? draft.status?.currentMetrics ?? [],
          conditions: (conditions ?? []) as NonNullable<NonNullable<typeof draft.status>['conditions']>,
        };
      },
      { subresource: 'status', manager },
    );
  }
}

function limited(reason: string, message: string): Condition {
  return { type: 'ScalingLimited', status: 'True', reason, message };
}

function reasonOf(best: Proposal, limit: Condition): string {
  if (limit.status === 'True' && limit.reason === 'TooFewReplicas')
    return 'Current number of replicas below Spec.MinReplicas';
  return best.direction === 'below' ? 'All metrics below target' : `${best.name} above target`;
}
