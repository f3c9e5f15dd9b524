import { fieldsOf, numberOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { conditionOf, wordsOf } from '../condition.ts';
import { degraded, healthy, progressing, type Verdict } from '../verdict.ts';

/** `spec.replicas`, which the API server defaults to 1. */
export function desiredReplicas(object: KubeObject): number {
  return numberOf(fieldsOf(object.spec).replicas, 1);
}

export function statusCount(object: KubeObject, field: string): number {
  return numberOf(fieldsOf(object.status)[field]);
}

/** Progressing while the controller has not looked at the present spec: every built-in workload reports observedGeneration. */
export function notObserved(object: KubeObject): Verdict | undefined {
  const { observedGeneration } = fieldsOf(object.status);
  if (object.metadata.generation === undefined || typeof observedGeneration === 'number') return undefined;
  return progressing('NotObserved', 'Its controller has not looked at it yet.');
}

/** Nothing wanted: healthy once nothing is left. */
export function scaledToZero(object: KubeObject): Verdict {
  const left = statusCount(object, 'replicas');
  if (left > 0) return progressing('ScalingDown', `${left} ${left === 1 ? 'pod is' : 'pods are'} still to end.`);
  return healthy('ScaledToZero', 'It is scaled to zero.');
}

/** Pods cannot even be created: a quota, an admission webhook, a missing service account. */
export function replicaFailure(object: KubeObject): Verdict | undefined {
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status !== 'True') return undefined;
  return degraded(failure.reason || 'ReplicaFailure', wordsOf(failure, 'Its pods cannot be created.'));
}

export function ofPods(count: number, desired: number, what: string): string {
  return `${count} of ${desired} ${desired === 1 ? 'pod is' : 'pods are'} ${what}.`;
}
