import type { ObjectStorePort } from '../object-store-port.ts';

export type GroupVersionName = { group: string; version: string };

const meta = (name: string) => ({ metadata: { name } });

const priorityClasses = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
] as const;

const clusterRoles: Record<string, object[]> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  view: [
    {
      apiGroups: ['', 'apps', 'batch', 'autoscaling', 'networking.k8s.io', 'policy', 'discovery.k8s.io'],
      resources: ['*'],
      verbs: ['get', 'list', 'watch'],
    },
  ],
};

/** What any cluster has before a person adds to it: namespaces, the API's own Service, the roles and classes of the bootstrap. */
export function seedCluster(store: ObjectStorePort, groupVersions: Iterable<GroupVersionName>): void {
  const manager = { manager: 'kube-apiserver' };
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', ...meta(name) }, manager);
  }
  for (const namespace of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    store.create('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  store.create(
    'services',
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
    },
    manager,
  );
  seedApiEndpoints(store);
  for (const served of groupVersions) seedApiService(store, served);
  for (const [name, value, description] of priorityClasses) {
    const object = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...meta(name), value, description };
    store.create('priorityclasses.scheduling.k8s.io', object, manager);
  }
  for (const [name, rules] of Object.entries(clusterRoles)) {
    const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...meta(name), rules };
    store.create('clusterroles.rbac.authorization.k8s.io', object, manager);
  }
  store.create(
    'clusterrolebindings.rbac.authorization.k8s.io',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      ...meta('cluster-admin'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:masters' }],
    },
    manager,
  );
}

/** The addresses behind the `kubernetes` Service, which the API server keeps itself. */
function seedApiEndpoints(store: ObjectStorePort): void {
  const manager = { manager: 'kube-apiserver' };
  const port = { name: 'https', port: 6443, protocol: 'TCP' };
  const address = '192.0.2.1';
  store.create(
    'endpoints',
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
      },
      subsets: [{ addresses: [{ ip: address }], ports: [port] }],
    },
    manager,
  );
  store.create(
    'endpointslices.discovery.k8s.io',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'kubernetes' },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [port],
    },
    manager,
  );
}

/** One APIService for each group version, as the aggregator keeps them; metrics come from a service of their own. */
function seedApiService(store: ObjectStorePort, { group, version }: GroupVersionName): void {
  const service =
    group === 'metrics.k8s.io' ? { service: { namespace: 'kube-system', name: 'metrics-server', port: 443 } } : {};
  const name = `${version}.${group}`;
  const resource = 'apiservices.apiregistration.k8s.io';
  const spec = {
    ...(group === '' ? {} : { group }),
    version,
    groupPriorityMinimum: 17_000,
    versionPriority: 15,
    ...service,
  };
  const manager = { manager: 'kube-apiserver' };
  store.create(
    resource,
    { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec },
    manager,
  );
  if (group !== 'metrics.k8s.io') return;
  store.update(
    resource,
    { name },
    (draft) => {
      const lastTransitionTime = draft.metadata.creationTimestamp;
      draft.status = {
        conditions: [
          { type: 'Available', status: 'True', lastTransitionTime, reason: 'Passed', message: 'all checks passed' },
        ],
      };
    },
    { ...manager, subresource: 'status' },
  );
}
