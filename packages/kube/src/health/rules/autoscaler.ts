import type { KubeObject } from '../../kube-object.ts';
import { type Condition, conditionsIn, conditionsOf, wordsOf } from '../condition.ts';
import { degraded, healthy, progressing, suspended, type Verdict } from '../verdict.ts';

/** autoscaling/v1 has no conditions field; the API server keeps them in this annotation. */
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions';

export function autoscalerHealth(autoscaler: KubeObject): Verdict {
  const conditions = allConditions(autoscaler);
  const find = (type: string): Condition | undefined => conditions.find((each) => each.type === type);
  const able = find('AbleToScale');
  if (!able) return progressing('NotObserved', 'The autoscaler has not looked at it yet.');
  if (able.status === 'False') return degraded(able.reason || 'UnableToScale', wordsOf(able, 'It cannot scale.'));
  const active = find('ScalingActive');
  if (active?.status === 'False') {
    const words = wordsOf(active, 'It does not scale.');
    // The target is scaled to zero by hand, which switches autoscaling off.
    if (active.reason === 'ScalingDisabled') return suspended(active.reason, words);
    return degraded(active.reason || 'ScalingInactive', words);
  }
  const limited = find('ScalingLimited');
  if (limited?.status === 'True') {
    return healthy(limited.reason || 'ScalingLimited', wordsOf(limited, 'It is at a limit of its range.'));
  }
  return healthy(able.reason || 'AbleToScale', wordsOf(able, 'It scales.'));
}

function allConditions(autoscaler: KubeObject): Condition[] {
  const annotation = autoscaler.metadata.annotations?.[conditionsAnnotation];
  if (annotation === undefined) return conditionsOf(autoscaler);
  try {
    return conditionsIn(JSON.parse(annotation));
  } catch {
    return [];
  }
}
