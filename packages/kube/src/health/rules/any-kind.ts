import { fieldsOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { type Condition, conditionsOf, wordsOf } from '../condition.ts';
import { degraded, type HealthContext, healthy, progressing, suspended, type Verdict } from '../verdict.ts';

/** How long a kind we know nothing of may say `Ready: False` before that counts as a fault rather than as work under way. */
const settleFor = 5 * 60_000;

/**
 * The rule for kinds without one of their own, from the conditions that API conventions and kstatus give a meaning:
 * Stalled, Reconciling, then the first there is of Ready, Available and Succeeded.
 */
export function anyKindHealth(object: KubeObject, { now }: HealthContext): Verdict {
  const conditions = conditionsOf(object);
  const find = (type: string): Condition | undefined => conditions.find((each) => each.type === type);
  const stalled = find('Stalled');
  if (stalled?.status === 'True') return degraded(stalled.reason || 'Stalled', wordsOf(stalled, 'It is stalled.'));
  if (fieldsOf(object.spec).suspend === true) return suspended('Suspended', 'It is suspended.');
  const reconciling = find('Reconciling');
  if (reconciling?.status === 'True') {
    return progressing(reconciling.reason || 'Reconciling', wordsOf(reconciling, 'It is being brought about.'));
  }
  const main = find('Ready') ?? find('Available') ?? find('Succeeded');
  return main ? mainCondition(main, now) : healthy('NoStatusRule', 'Its kind reports no state.');
}

function mainCondition(condition: Condition, now: number): Verdict {
  const { type, status, since } = condition;
  const reason = condition.reason || (status === 'True' ? type : `Not${type}`);
  if (status === 'True') return healthy(reason, wordsOf(condition, `${type}.`));
  const words = wordsOf(condition, `Its condition ${type} is ${status || 'not set'}.`);
  if (status !== 'False') return progressing(reason, words);
  if (type === 'Succeeded') return degraded(reason, words);
  const until = (since ?? 0) + settleFor;
  return now < until ? progressing(reason, words, until) : degraded(reason, words);
}
