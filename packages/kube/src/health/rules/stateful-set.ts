import { fieldsOf, numberOf, textOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { healthy, progressing, type Verdict } from '../verdict.ts';
import { desiredReplicas, notObserved, ofPods, scaledToZero, statusCount } from './workload.ts';

export function statefulSetHealth(object: KubeObject): Verdict {
  const unseen = notObserved(object);
  if (unseen) return unseen;
  const desired = desiredReplicas(object);
  if (desired === 0) return scaledToZero(object);
  const ready = statusCount(object, 'readyReplicas');
  const replicas = statusCount(object, 'replicas');
  if (ready < desired) return progressing('NotReady', ofPods(ready, desired, 'ready'));
  if (replicas > desired) return progressing('ScalingDown', `${replicas - desired} pods are still to end.`);
  return revisionHealth(object, desired);
}

function revisionHealth(object: KubeObject, desired: number): Verdict {
  const strategy = fieldsOf(fieldsOf(object.spec).updateStrategy);
  const { currentRevision, updateRevision } = fieldsOf(object.status);
  const isCurrent = textOf(currentRevision) === textOf(updateRevision);
  if (textOf(strategy.type) === 'OnDelete') {
    const words = isCurrent ? 'ready' : 'ready; some take the new version when they are deleted';
    return healthy('OnDelete', ofPods(desired, desired, words));
  }
  const updated = statusCount(object, 'updatedReplicas');
  const partition = numberOf(fieldsOf(strategy.rollingUpdate).partition);
  if (partition > 0) {
    const wanted = Math.max(0, desired - partition);
    if (!isCurrent && updated < wanted) return progressing('RollingOut', ofPods(updated, wanted, 'of the new version'));
    return healthy('PartitionReached', `All pods from number ${partition} on are of the new version.`);
  }
  if (!isCurrent) return progressing('RollingOut', ofPods(updated, desired, 'of the new version'));
  return healthy('Ready', ofPods(desired, desired, 'ready'));
}
