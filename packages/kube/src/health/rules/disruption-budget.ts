import { fieldsOf, numberOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { healthy, progressing, type Verdict } from '../verdict.ts';

export function disruptionBudgetHealth(budget: KubeObject): Verdict {
  const { disruptionsAllowed, currentHealthy, desiredHealthy } = fieldsOf(budget.status);
  const allowed = numberOf(disruptionsAllowed);
  const present = numberOf(currentHealthy);
  const wanted = numberOf(desiredHealthy);
  if (allowed === 0 && present < wanted) {
    return progressing('InsufficientPods', `${present} of at least ${wanted} pods are healthy; none may be evicted.`);
  }
  return healthy('SufficientPods', `${allowed} ${allowed === 1 ? 'pod' : 'pods'} may be evicted now.`);
}
