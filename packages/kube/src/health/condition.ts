import { fieldsOf, listOf, textOf, timeOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';

/** One entry of `status.conditions`. `since` is its lastTransitionTime in epoch milliseconds. */
export type Condition = { type: string; status: string; reason: string; message: string; since: number | undefined };

export function conditionsOf(object: KubeObject): Condition[] {
  return conditionsIn(fieldsOf(object.status).conditions);
}

export function conditionsIn(list: unknown): Condition[] {
  return listOf(list).map((item) => {
    const { type, status, reason, message, lastTransitionTime } = fieldsOf(item);
    return {
      type: textOf(type),
      status: textOf(status),
      reason: textOf(reason),
      message: textOf(message),
      since: timeOf(lastTransitionTime),
    };
  });
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** The condition's own words, or others when it has none. */
export function wordsOf(condition: Condition, otherwise: string): string {
  return condition.message || otherwise;
}
