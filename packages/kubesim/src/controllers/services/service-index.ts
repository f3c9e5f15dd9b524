import type { Pod, Service } from '../cluster-kinds.ts';
import { type ClusterStore, keyOf } from '../cluster-store.ts';

/** Which pods a Service selects. */
export type ServiceIndex = { podsOf(service: Service): Pod[] };

/** Pods of one workload change in bursts: their endpoints are written once for all of them. */
const batch = 300;

/** Follows Services and pods; calls `touched` with the key of each Service whose endpoints may have changed. */
export function createServiceIndex(store: ClusterStore, touched: (key: string, delay: number) => void): ServiceIndex {
  const labelsSeen = new Map<string, Readonly<Record<string, string>> | undefined>();

  store.subscribe('services', ({ object }) => touched(keyOf(object), 0));
  store.subscribe('pods', ({ type, object }) => {
    const key = keyOf(object);
    const before = labelsSeen.get(key);
    if (type === 'DELETED') labelsSeen.delete(key);
    else labelsSeen.set(key, object.metadata.labels);
    for (const service of store.list('services', object.metadata.namespace)) {
      if (selects(service, object.metadata.labels) || (before !== undefined && selects(service, before)))
        touched(keyOf(service), batch);
    }
  });
  for (const service of store.list('services')) touched(keyOf(service), 0);

  return {
    podsOf: (service) =>
      [...store.list('pods', service.metadata.namespace)].filter((pod) => selects(service, pod.metadata.labels)),
  };
}

function selects(service: Service, labels: Readonly<Record<string, string>> | undefined): boolean {
  const pairs = Object.entries(service.spec.selector ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}
