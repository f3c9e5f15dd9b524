import type { ResourceKind } from '@pilothouse/contract';

export type KindGroup = { id: string; label: string; kinds: ResourceKind[] };

/** The built-in kinds in the order people think of them. A kind that no cluster serves does not show. */
const groups: readonly (readonly [id: string, label: string, resources: readonly string[]])[] = [
  [
    'workloads',
    'Workloads',
    [
      'pods',
      'deployments.apps',
      'statefulsets.apps',
      'daemonsets.apps',
      'replicasets.apps',
      'jobs.batch',
      'cronjobs.batch',
      'horizontalpodautoscalers.autoscaling',
      'poddisruptionbudgets.policy',
      'replicationcontrollers',
    ],
  ],
  [
    'network',
    'Network',
    [
      'services',
      'ingresses.networking.k8s.io',
      'endpointslices.discovery.k8s.io',
      'endpoints',
      'networkpolicies.networking.k8s.io',
      'ingressclasses.networking.k8s.io',
    ],
  ],
  ['config', 'Configuration', ['configmaps', 'secrets', 'resourcequotas', 'limitranges']],
  [
    'storage',
    'Storage',
    [
      'persistentvolumeclaims',
      'persistentvolumes',
      'storageclasses.storage.k8s.io',
      'volumeattachments.storage.k8s.io',
    ],
  ],
  [
    'access',
    'Access',
    [
      'serviceaccounts',
      'roles.rbac.authorization.k8s.io',
      'rolebindings.rbac.authorization.k8s.io',
      'clusterroles.rbac.authorization.k8s.io',
      'clusterrolebindings.rbac.authorization.k8s.io',
    ],
  ],
  [
    'cluster',
    'Cluster',
    [
      'nodes',
      'namespaces',
      'events',
      'customresourcedefinitions.apiextensions.k8s.io',
      'apiservices.apiregistration.k8s.io',
      'priorityclasses.scheduling.k8s.io',
      'leases.coordination.k8s.io',
    ],
  ],
];

/** Built-in kinds by topic, the rest of the built-in ones under "More", custom ones by their API group. Only what can be listed. */
export function groupKinds(kinds: readonly ResourceKind[]): KindGroup[] {
  const listable = kinds.filter((kind) => kind.verbs.includes('list'));
  const left = new Map(listable.map((kind) => [kind.resource, kind]));
  const found: KindGroup[] = [];
  for (const [id, label, resources] of groups) {
    const members = resources.flatMap((resource) => left.get(resource) ?? []);
    for (const kind of members) left.delete(kind.resource);
    if (members.length > 0) found.push({ id, label, kinds: members });
  }
  const rest = [...left.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  const builtIn = rest.filter((kind) => !kind.custom);
  if (builtIn.length > 0) found.push({ id: 'more', label: 'More', kinds: builtIn });
  const custom = Map.groupBy(
    rest.filter((kind) => kind.custom),
    (kind) => kind.group,
  );
  for (const group of [...custom.keys()].sort())
    found.push({ id: `group:${group}`, label: group, kinds: custom.get(group) ?? [] });
  return found;
}

/** `NetworkPolicies` of `NetworkPolicy`: the kind with its own capitals and the ending of its plural resource name. */
export function kindPlural({ kind, plural }: Pick<ResourceKind, 'kind' | 'plural'>): string {
  const lower = kind.toLowerCase();
  let same = 0;
  while (same < lower.length && lower[same] === plural[same]) same += 1;
  return kind.slice(0, same) + plural.slice(same);
}

/** What the kind of a resource is called on a page, also before discovery has answered. */
export function kindTitle(resource: string, kinds: readonly ResourceKind[]): string {
  return kinds.find((kind) => kind.resource === resource)?.kind ?? resource.split('.')[0] ?? resource;
}
