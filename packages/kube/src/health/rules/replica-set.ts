import type { KubeObject } from '../../kube-object.ts';
import { healthy, progressing, type Verdict } from '../verdict.ts';
import { desiredReplicas, notObserved, ofPods, replicaFailure, scaledToZero, statusCount } from './workload.ts';

/** ReplicaSet and ReplicationController. */
export function replicaSetHealth(object: KubeObject): Verdict {
  const unseen = notObserved(object);
  if (unseen) return unseen;
  const failure = replicaFailure(object);
  if (failure) return failure;
  const desired = desiredReplicas(object);
  if (desired === 0) return scaledToZero(object);
  const replicas = statusCount(object, 'replicas');
  const available = statusCount(object, 'availableReplicas');
  if (replicas > desired) return progressing('ScalingDown', `${replicas - desired} pods are still to end.`);
  if (available < desired) return progressing('Unavailable', ofPods(available, desired, 'available'));
  return healthy('Available', ofPods(available, desired, 'available'));
}
