import type { KubeObject } from '../../kube-object.ts';
import { conditionOf, wordsOf } from '../condition.ts';
import { degraded, healthy, progressing, type Verdict } from '../verdict.ts';

export function definitionHealth(definition: KubeObject): Verdict {
  const names = conditionOf(definition, 'NamesAccepted');
  if (names?.status === 'False') {
    return degraded(names.reason || 'NamesNotAccepted', wordsOf(names, 'Its names are taken by another definition.'));
  }
  if (conditionOf(definition, 'Established')?.status === 'True') {
    return healthy('Established', 'The API server serves its kind.');
  }
  return progressing('NotEstablished', 'The API server does not serve its kind yet.');
}

export function apiServiceHealth(service: KubeObject): Verdict {
  const available = conditionOf(service, 'Available');
  if (available?.status === 'True') return healthy('Available', wordsOf(available, 'The API is served.'));
  if (available?.status === 'False') {
    return degraded(available.reason || 'Unavailable', wordsOf(available, 'The API behind it does not answer.'));
  }
  return progressing('NotChecked', 'The API server has not checked it yet.');
}
