import type { Health } from '../health-status.ts';
import { fieldsOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { healthRules, ruleName } from './health-rules.ts';
import { anyKindHealth } from './rules/any-kind.ts';
import { type HealthContext, progressing, type Verdict } from './verdict.ts';

/**
 * The state of one object by the one table of rules (`health-rules.ts`). Pure: the same object and `now` give the same answer.
 * Never throws, whatever is in the object.
 */
export function health(object: KubeObject, context: Partial<HealthContext> = {}): Health {
  return reviewHealth(object, context).health;
}

/** As `health`, with the time (epoch milliseconds) at which the answer changes even though the object does not, if there is one. */
export function reviewHealth(object: KubeObject, context: Partial<HealthContext> = {}): Verdict {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined) return progressing('Terminating', terminatingWords(object));
  const { observedGeneration } = fieldsOf(object.status);
  if (typeof observedGeneration === 'number' && generation !== undefined && observedGeneration < generation) {
    return progressing('NotObserved', 'Its controller has not looked at the last change yet.');
  }
  const rule = healthRules.get(ruleName(object.apiVersion, object.kind)) ?? anyKindHealth;
  return rule(object, { ...context, now: context.now ?? Date.now() });
}

function terminatingWords({ metadata }: KubeObject): string {
  const finalizers = metadata.finalizers ?? [];
  return finalizers.length === 0
    ? 'It is being deleted.'
    : `It is being deleted; it waits for ${finalizers.join(', ')}.`;
}
