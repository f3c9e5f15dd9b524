import { fieldsOf, textOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { degraded, type HealthContext, healthy, progressing, type Verdict, verdict } from '../verdict.ts';

/** Set by the scheduler on a claim once a pod that uses it has been placed. */
const selectedNode = 'volume.kubernetes.io/selected-node';

export function claimHealth(claim: KubeObject, context: HealthContext): Verdict {
  const phase = textOf(fieldsOf(claim.status).phase);
  if (phase === 'Bound') return healthy('Bound', 'It has a volume.');
  if (phase === 'Lost') return degraded('Lost', 'Its volume is gone.');
  const storageClass = textOf(fieldsOf(claim.spec).storageClassName);
  const waits = context.volumeBindingMode?.(storageClass) === 'WaitForFirstConsumer';
  if (waits && claim.metadata.annotations?.[selectedNode] === undefined) {
    return healthy('WaitForFirstConsumer', 'It gets a volume when a pod first uses it.');
  }
  return progressing('Pending', 'It has no volume yet.');
}

export function volumeHealth(volume: KubeObject): Verdict {
  const { phase, message } = fieldsOf(volume.status);
  switch (textOf(phase)) {
    case 'Bound':
    case 'Available':
    case 'Released':
      return healthy(textOf(phase), `The volume is ${textOf(phase).toLowerCase()}.`);
    case 'Failed':
      return degraded('Failed', textOf(message) || 'The volume could not be reclaimed.');
    case 'Pending':
    case '':
      return progressing('Pending', 'The volume is not available yet.');
    default:
      return verdict('unknown', textOf(phase), textOf(message) || `The volume is ${textOf(phase)}.`);
  }
}
