import type { KubeObject } from '@pilothouse/kube';

const renamed: readonly [events: string, core: string][] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

/** events.k8s.io/v1 and core/v1 Events are one stored object under two sets of field names. */
export const eventsApiConversion = {
  toStored: (object: KubeObject): KubeObject => rename(object, { apiVersion: 'v1', from: 0, to: 1 }),
  fromStored: (object: KubeObject): KubeObject => rename(object, { apiVersion: 'events.k8s.io/v1', from: 1, to: 0 }),
};

function rename(object: KubeObject, plan: { apiVersion: string; from: 0 | 1; to: 0 | 1 }): KubeObject {
  const names = new Map(renamed.map((pair) => [pair[plan.from], pair[plan.to]]));
  const entries = Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value] as const);
  return { ...(Object.fromEntries(entries) as KubeObject), apiVersion: plan.apiVersion };
}
