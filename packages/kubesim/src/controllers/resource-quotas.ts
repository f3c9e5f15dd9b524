import type { Pod, ResourceQuota, Service } from './cluster-kinds.ts';
import { type ClusterStore, keyOf, refOf, splitKey } from './cluster-store.ts';
import type { ControllerDeps } from './controller-deps.ts';
import { formatQuantity, quantity } from './quantities.ts';
import { podResources } from './scheduler/pod-requests.ts';

const counted = {
  services: 'services',
  secrets: 'secrets',
  configmaps: 'configmaps',
  persistentvolumeclaims: 'persistentvolumeclaims',
  replicationcontrollers: 'replicationcontrollers',
  resourcequotas: 'resourcequotas',
  'count/deployments.apps': 'deployments.apps',
  'count/statefulsets.apps': 'statefulsets.apps',
  'count/jobs.batch': 'jobs.batch',
  'count/cronjobs.batch': 'cronjobs.batch',
} as const;

/** Keeps `status.used` of ResourceQuotas. */
export function startQuotaController({ store, work }: ControllerDeps): void {
  const queue = work.queue('quota', reconcile);
  const wake = ({ object }: { object: { metadata: { namespace?: string } } }) => {
    for (const quota of store.list('resourcequotas', object.metadata.namespace)) queue.add(keyOf(quota), 1_000);
  };
  store.subscribe('resourcequotas', ({ object }) => queue.add(keyOf(object)));
  store.subscribe('pods', wake);
  for (const resource of new Set(Object.values(counted)))
    if (resource !== 'resourcequotas') store.subscribe(resource, wake);
  for (const quota of store.list('resourcequotas')) queue.add(keyOf(quota));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const quota = store.get('resourcequotas', namespace, name);
    if (quota === undefined) return;
    const hard = { ...quota.spec.hard };
    const used = usedOf(store, quota);
    store.update(
      'resourcequotas',
      refOf(quota),
      (draft) => {
        draft.status = {
          hard,
          used: Object.fromEntries(
            Object.keys(hard).map((resource) => [resource, formatQuantity(used(resource), resource)]),
          ),
        };
      },
      { subresource: 'status', manager: 'kube-controller-manager' },
    );
  }
}

function usedOf(store: ClusterStore, quota: ResourceQuota): (resource: string) => number {
  const { namespace } = quota.metadata;
  const pods = [...store.list('pods', namespace)].filter(
    (pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed',
  );
  const total = (which: 'requests' | 'limits', name: string) =>
    pods.reduce((sum: number, pod: Pod) => sum + (podResources(pod.spec, which)[name] ?? 0), 0);
  return (resource) => {
    if (resource === 'pods' || resource === 'count/pods') return pods.length;
    if (resource === 'services.loadbalancers') return services(store, namespace, 'LoadBalancer');
    if (resource === 'services.nodeports')
      return services(store, namespace, 'NodePort') + services(store, namespace, 'LoadBalancer');
    if (resource === 'requests.storage') {
      return [...store.list('persistentvolumeclaims', namespace)].reduce(
        (sum, claim) => sum + quantity(claim.spec.resources?.requests?.storage),
        0,
      );
    }
    if (Object.hasOwn(counted, resource))
      return [...store.list(counted[resource as keyof typeof counted], namespace)].length;
    if (resource.startsWith('limits.')) return total('limits', resource.slice('limits.'.length));
    return total('requests', resource.replace(/^requests\./, ''));
  };
}

function services(store: ClusterStore, namespace: string | undefined, type: string): number {
  return [...store.list('services', namespace)].filter((one: Service) => one.spec.type === type).length;
}
