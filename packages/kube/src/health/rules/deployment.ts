import { fieldsOf, numberOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { conditionOf, wordsOf } from '../condition.ts';
import { degraded, type HealthContext, healthy, progressing, suspended, type Verdict } from '../verdict.ts';
import { desiredReplicas, notObserved, ofPods, replicaFailure, scaledToZero, statusCount } from './workload.ts';

const defaultDeadline = 600;

export function deploymentHealth(object: KubeObject, { now }: HealthContext): Verdict {
  if (fieldsOf(object.spec).paused === true) return suspended('Paused', 'Its rollout is paused.');
  const unseen = notObserved(object);
  if (unseen) return unseen;
  const progress = conditionOf(object, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') {
    return degraded(progress.reason, wordsOf(progress, 'The rollout did not go on within its deadline.'));
  }
  const failure = replicaFailure(object);
  if (failure) return failure;
  const desired = desiredReplicas(object);
  if (desired === 0) return scaledToZero(object);
  const updated = statusCount(object, 'updatedReplicas');
  const replicas = statusCount(object, 'replicas');
  const available = statusCount(object, 'availableReplicas');
  if (updated < desired) return progressing('RollingOut', ofPods(updated, desired, 'of the new version'));
  if (replicas > updated) {
    return progressing('RemovingOld', `${replicas - updated} of the old pods are still to end.`);
  }
  if (available < updated) return unavailable(object, now, ofPods(available, desired, 'available'));
  return healthy('Available', ofPods(available, desired, 'available'));
}

/**
 * The deadline only guards a rollout: pods that fail after it leave `Progressing` as it was. So a deployment that has been without
 * its minimum for as long as a rollout may take is degraded too.
 */
function unavailable(object: KubeObject, now: number, words: string): Verdict {
  const available = conditionOf(object, 'Available');
  if (available?.status !== 'False' || available.since === undefined) return progressing('Unavailable', words);
  const seconds = numberOf(fieldsOf(object.spec).progressDeadlineSeconds, defaultDeadline);
  const until = available.since + seconds * 1000;
  if (seconds > 2 ** 30 || now <= until) return progressing('Unavailable', words, until + 1);
  return degraded(available.reason || 'Unavailable', words);
}
