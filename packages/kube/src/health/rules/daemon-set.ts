import { fieldsOf, textOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { healthy, progressing, type Verdict } from '../verdict.ts';
import { notObserved, ofPods, statusCount } from './workload.ts';

export function daemonSetHealth(object: KubeObject): Verdict {
  const unseen = notObserved(object);
  if (unseen) return unseen;
  const desired = statusCount(object, 'desiredNumberScheduled');
  if (desired === 0) return healthy('NoNodes', 'No node matches it, so it wants no pods.');
  const updated = statusCount(object, 'updatedNumberScheduled');
  const onDelete = textOf(fieldsOf(fieldsOf(object.spec).updateStrategy).type) === 'OnDelete';
  if (!onDelete && updated < desired) {
    return progressing('RollingOut', ofPods(updated, desired, 'of the new version'));
  }
  const available = statusCount(object, 'numberAvailable');
  if (available < desired) return progressing('Unavailable', ofPods(available, desired, 'available'));
  return healthy('Available', ofPods(available, desired, 'available'));
}
