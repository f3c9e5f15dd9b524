import { timestamp } from './timestamps.ts';

export type Condition = {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
};

/** `conditions` with one set; lastTransitionTime moves only when the status changes. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  wanted: Condition,
  now: number,
): Condition[] {
  const list = conditions ?? [];
  const known = list.find((one) => one.type === wanted.type);
  const lastTransitionTime =
    known?.status === wanted.status && known.lastTransitionTime !== undefined
      ? known.lastTransitionTime
      : timestamp(now);
  const next = { ...wanted, lastTransitionTime };
  return known === undefined ? [...list, next] : list.map((one) => (one.type === wanted.type ? next : one));
}

export function withoutCondition(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((one) => one.type !== type);
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((one) => one.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}
