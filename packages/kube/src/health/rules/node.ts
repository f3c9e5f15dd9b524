import { fieldsOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { conditionsOf, wordsOf } from '../condition.ts';
import { degraded, healthy, suspended, type Verdict, verdict } from '../verdict.ts';

const pressures = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable']);

export function nodeHealth(node: KubeObject): Verdict {
  const conditions = conditionsOf(node);
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (!ready) return verdict('unknown', 'NoReadyCondition', 'The node has not reported yet.');
  if (ready.status !== 'True') {
    return degraded(ready.reason || 'NodeNotReady', wordsOf(ready, 'The node is not ready.'));
  }
  const pressure = conditions.find(({ type, status }) => pressures.has(type) && status === 'True');
  if (pressure) return degraded(pressure.type, wordsOf(pressure, `The node reports ${pressure.type}.`));
  if (fieldsOf(node.spec).unschedulable === true) return suspended('Cordoned', 'New pods are not placed on the node.');
  return healthy('Ready', wordsOf(ready, 'The node is ready.'));
}
