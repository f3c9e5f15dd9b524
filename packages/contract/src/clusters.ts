import Type, { type Static } from 'typebox';
import { RoleBinding } from './identity.ts';
import { roles } from './permission.ts';
import { defineRoute } from './route.ts';
import { Closed, Id, OneOf, Page, pageQuery, Timestamp } from './schema.ts';

export const clusterProviders = [
  'gke',
  'eks',
  'aks',
  'openshift',
  'k3s',
  'kind',
  'minikube',
  'simulated',
  'other',
] as const;
export const connectionStates = ['pending', 'connected', 'degraded', 'unreachable', 'unauthorized'] as const;

/** How to reach a cluster and as whom; what registering, testing and rotating take. Never returned by any route. */
export const ClusterAccess = Type.Union([
  Closed({
    type: Type.Literal('kubeconfig'),
    kubeconfig: Type.String({ maxLength: 1_048_576 }),
    context: Type.Optional(Type.String({ maxLength: 500, description: 'Default: its current-context.' })),
  }),
  Closed({
    type: Type.Literal('token'),
    server: Type.String({ maxLength: 2048 }),
    certificateAuthority: Type.Optional(Type.String({ maxLength: 100_000, description: 'PEM' })),
    token: Type.String({ minLength: 1, maxLength: 20_000 }),
    tlsServerName: Type.Optional(Type.String({ maxLength: 253 })),
    insecureSkipTlsVerify: Type.Optional(Type.Boolean()),
  }),
  Closed({
    type: Type.Literal('client-certificate'),
    server: Type.String({ maxLength: 2048 }),
    certificateAuthority: Type.Optional(Type.String({ maxLength: 100_000 })),
    certificate: Type.String({ minLength: 1, maxLength: 100_000 }),
    key: Type.String({ minLength: 1, maxLength: 100_000 }),
    tlsServerName: Type.Optional(Type.String({ maxLength: 253 })),
    insecureSkipTlsVerify: Type.Optional(Type.Boolean()),
  }),
  Closed({
    type: Type.Literal('service-account'),
    server: Type.String({ maxLength: 2048 }),
    certificateAuthority: Type.Optional(Type.String({ maxLength: 100_000 })),
    token: Type.String({ minLength: 1, maxLength: 20_000 }),
    namespace: Type.Optional(Type.String({ maxLength: 63 })),
    tlsServerName: Type.Optional(Type.String({ maxLength: 253 })),
  }),
  Closed({
    type: Type.Literal('oidc'),
    server: Type.String({ maxLength: 2048 }),
    certificateAuthority: Type.Optional(Type.String({ maxLength: 100_000 })),
    issuer: Type.String({ maxLength: 2048 }),
    clientId: Type.String({ maxLength: 500 }),
    clientSecret: Type.Optional(Type.String({ maxLength: 2000 })),
    refreshToken: Type.String({ minLength: 1, maxLength: 20_000 }),
    tlsServerName: Type.Optional(Type.String({ maxLength: 253 })),
  }),
  Closed(
    { type: Type.Literal('in-cluster') },
    'The service account of the pod that the server runs in. Administrators only.',
  ),
  Closed(
    { type: Type.Literal('simulated'), profile: Type.Optional(OneOf(['shop', 'staging', 'empty'])) },
    'A simulated cluster that this server runs.',
  ),
  Closed(
    { type: Type.Literal('local-context'), context: Type.String({ maxLength: 500 }) },
    'Local mode: a context of this person’s own kubeconfig, exec plugins included.',
  ),
]);
export type ClusterAccess = Static<typeof ClusterAccess>;
export const accessTypes = [
  'kubeconfig',
  'token',
  'client-certificate',
  'service-account',
  'oidc',
  'in-cluster',
  'simulated',
  'local-context',
] as const;

export const ConnectionStatus = Type.Object({
  state: OneOf(connectionStates),
  since: Timestamp,
  checkedAt: Type.Optional(Timestamp),
  latencyMs: Type.Optional(Type.Number()),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type ConnectionStatus = Static<typeof ConnectionStatus>;

export const ClusterFacts = Type.Object({
  asOf: Timestamp,
  version: Type.String(),
  provider: OneOf(clusterProviders),
  nodes: Type.Optional(Type.Object({ total: Type.Integer(), ready: Type.Integer() })),
  capacity: Type.Optional(Type.Object({ cpuCores: Type.Number(), memoryBytes: Type.Number(), pods: Type.Integer() })),
  features: Type.Object({
    metrics: Type.Boolean(),
    crds: Type.Array(Type.String(), {
      description: 'API groups of note: gateway.networking.k8s.io, cert-manager.io, …',
    }),
  }),
  kinds: Type.Integer(),
});
export type ClusterFacts = Static<typeof ClusterFacts>;

export const Cluster = Type.Object({
  id: Id,
  name: Type.String(),
  server: Type.String(),
  accessType: OneOf(accessTypes),
  labels: Type.Record(Type.String(), Type.String()),
  default: Type.Boolean(),
  connection: ConnectionStatus,
  facts: Type.Optional(ClusterFacts),
  /** Requests of people reach the cluster under their own names; the cluster's RBAC decides about each. */
  impersonate: Type.Boolean(),
  /** The caller's strongest role here. */
  role: OneOf(roles),
  /** Namespaces the caller is limited to; absent: all. */
  namespaces: Type.Optional(Type.Array(Type.String())),
  resourceVersion: Type.String({ description: 'For If-Match.' }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Cluster = Static<typeof Cluster>;

/** The result of a connection test, step by step; a later step is absent when an earlier one failed. */
export const ConnectionTest = Type.Object({
  ok: Type.Boolean(),
  steps: Type.Array(
    Type.Object({
      name: OneOf(['address', 'reachable', 'tls', 'credentials', 'version', 'permissions']),
      ok: Type.Boolean(),
      message: Type.String(),
      hint: Type.Optional(Type.String({ description: 'What to do about it.' })),
      code: Type.Optional(Type.String({ description: 'The error code of a step that failed.' })),
    }),
  ),
  latencyMs: Type.Optional(Type.Number()),
  version: Type.Optional(Type.String()),
  provider: Type.Optional(OneOf(clusterProviders)),
  permissions: Type.Optional(
    Type.Object({
      incomplete: Type.Boolean(),
      everything: Type.Boolean({ description: 'All verbs on all resources.' }),
      rules: Type.Array(
        Type.Object({
          verbs: Type.Array(Type.String()),
          apiGroups: Type.Array(Type.String()),
          resources: Type.Array(Type.String()),
        }),
      ),
    }),
  ),
});
export type ConnectionTest = Static<typeof ConnectionTest>;

export const KubeconfigContext = Type.Object({
  name: Type.String(),
  server: Type.String(),
  user: Type.String(),
  namespace: Type.Optional(Type.String()),
  current: Type.Boolean(),
  /** Why this context cannot be registered, when it cannot. */
  refusal: Type.Optional(Type.String()),
  /** The name of a registered cluster with the same server, when there is one. */
  registeredAs: Type.Optional(Type.String()),
});
export type KubeconfigContext = Static<typeof KubeconfigContext>;

const clusterParams = Closed({
  cluster: Type.String({ minLength: 1, maxLength: 100, description: 'Cluster name or id.' }),
});
const ClusterName = Type.String({
  minLength: 1,
  maxLength: 63,
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
  description: 'Lower-case letters, digits, "-" and ".".',
});
const Labels = Type.Record(Type.String({ maxLength: 317 }), Type.String({ maxLength: 63 }));

export const clusterRoutes = {
  listClusters: defineRoute({
    id: 'cluster.list',
    method: 'GET',
    path: '/api/v1/clusters',
    tag: 'clusters',
    summary: 'Clusters I may see',
    permission: { level: 'filtered', noun: 'cluster', verb: 'list' },
    query: Closed({
      ...pageQuery,
      q: Type.Optional(Type.String({ maxLength: 200 })),
      labelSelector: Type.Optional(Type.String({ maxLength: 2000 })),
      state: Type.Optional(OneOf(connectionStates)),
    }),
    response: Page(Cluster),
  }),
  createCluster: defineRoute({
    id: 'cluster.create',
    method: 'POST',
    path: '/api/v1/clusters',
    tag: 'clusters',
    summary: 'Register a cluster',
    description: 'The connection is tested first; `force` registers it even when the test fails.',
    permission: { level: 'platform', noun: 'cluster', verb: 'create' },
    body: Closed({
      name: ClusterName,
      access: ClusterAccess,
      labels: Type.Optional(Labels),
      default: Type.Optional(Type.Boolean()),
      allowPrivateAddress: Type.Optional(
        Type.Boolean({ description: 'Administrators: allow loopback and link-local addresses.' }),
      ),
      force: Type.Optional(Type.Boolean()),
      impersonate: Type.Optional(
        Type.Boolean({
          description:
            'Act as the person who asks (user: e-mail address; groups: `pilothouse:users`, `pilothouse:<role>`). The registered identity needs the right to impersonate.',
        }),
      ),
    }),
    response: Cluster,
    status: 201,
    bodyLimit: 2_097_152,
  }),
  listContexts: defineRoute({
    id: 'cluster.contexts',
    method: 'POST',
    path: '/api/v1/clusters/contexts',
    tag: 'clusters',
    summary: 'The contexts of a kubeconfig, each with why it would be refused',
    permission: { level: 'platform', noun: 'cluster', verb: 'create' },
    body: Closed({ kubeconfig: Type.String({ maxLength: 1_048_576 }) }),
    response: Page(KubeconfigContext),
    bodyLimit: 2_097_152,
  }),
  listLocalContexts: defineRoute({
    id: 'cluster.localContexts',
    method: 'GET',
    path: '/api/v1/clusters/local-contexts',
    tag: 'clusters',
    summary: 'Local mode: the contexts of this person’s own kubeconfig',
    permission: { level: 'platform', noun: 'cluster', verb: 'create' },
    response: Page(KubeconfigContext),
  }),
  testAccess: defineRoute({
    id: 'cluster.testAccess',
    method: 'POST',
    path: '/api/v1/clusters/test',
    tag: 'clusters',
    summary: 'Test a connection before it is saved',
    permission: { level: 'platform', noun: 'cluster', verb: 'create' },
    rateLimit: 'expensive',
    body: Closed({ access: ClusterAccess, allowPrivateAddress: Type.Optional(Type.Boolean()) }),
    response: ConnectionTest,
    bodyLimit: 2_097_152,
  }),
  getCluster: defineRoute({
    id: 'cluster.read',
    method: 'GET',
    path: '/api/v1/clusters/:cluster',
    tag: 'clusters',
    summary: 'One cluster',
    permission: { level: 'cluster', noun: 'cluster', verb: 'read' },
    params: clusterParams,
    response: Cluster,
  }),
  updateCluster: defineRoute({
    id: 'cluster.update',
    method: 'PATCH',
    path: '/api/v1/clusters/:cluster',
    tag: 'clusters',
    summary: 'Rename, relabel, make default, or act as people (If-Match)',
    permission: { level: 'cluster', noun: 'cluster', verb: 'update' },
    params: clusterParams,
    body: Closed({
      name: Type.Optional(ClusterName),
      labels: Type.Optional(Labels),
      default: Type.Optional(Type.Boolean()),
      impersonate: Type.Optional(Type.Boolean({ description: 'Act as the person who asks.' })),
    }),
    response: Cluster,
  }),
  deleteCluster: defineRoute({
    id: 'cluster.delete',
    method: 'DELETE',
    path: '/api/v1/clusters/:cluster',
    tag: 'clusters',
    summary: 'Forget a cluster; nothing on it is touched',
    permission: { level: 'cluster', noun: 'cluster', verb: 'delete' },
    params: clusterParams,
  }),
  testCluster: defineRoute({
    id: 'cluster.test',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/test',
    tag: 'clusters',
    summary: 'Test the connection again now',
    permission: { level: 'cluster', noun: 'cluster', verb: 'read' },
    params: clusterParams,
    response: ConnectionTest,
    rateLimit: 'expensive',
  }),
  rotateCredentials: defineRoute({
    id: 'cluster.rotateCredentials',
    method: 'PUT',
    path: '/api/v1/clusters/:cluster/credentials',
    tag: 'clusters',
    summary: 'Replace the credentials; tested first',
    permission: { level: 'cluster', noun: 'cluster-credentials', verb: 'update' },
    params: clusterParams,
    body: Closed({
      access: ClusterAccess,
      allowPrivateAddress: Type.Optional(Type.Boolean()),
      force: Type.Optional(Type.Boolean()),
    }),
    response: Cluster,
    bodyLimit: 2_097_152,
  }),
  connectionLog: defineRoute({
    id: 'cluster.connectionLog',
    method: 'GET',
    path: '/api/v1/clusters/:cluster/connection-log',
    tag: 'clusters',
    summary: 'State changes of the connection, newest first',
    permission: { level: 'cluster', noun: 'cluster', verb: 'read' },
    params: clusterParams,
    query: Closed({ ...pageQuery }),
    response: Page(
      Type.Object({
        at: Timestamp,
        from: OneOf(connectionStates),
        to: OneOf(connectionStates),
        code: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
        latencyMs: Type.Optional(Type.Number()),
      }),
    ),
  }),
  listShares: defineRoute({
    id: 'clusterShare.list',
    method: 'GET',
    path: '/api/v1/clusters/:cluster/shares',
    tag: 'clusters',
    summary: 'Who has which role on this cluster',
    permission: { level: 'cluster', noun: 'cluster-share', verb: 'list' },
    params: clusterParams,
    response: Page(RoleBinding),
  }),
  createShare: defineRoute({
    id: 'clusterShare.create',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/shares',
    tag: 'clusters',
    summary: 'Give a user a role on this cluster',
    permission: { level: 'cluster', noun: 'cluster-share', verb: 'create' },
    params: clusterParams,
    body: Closed({
      user: Type.String({ maxLength: 254, description: 'User id or e-mail address.' }),
      role: OneOf(roles),
      namespaces: Type.Optional(Type.Array(Type.String({ maxLength: 63 }), { minItems: 1, maxItems: 200 })),
      expiresAt: Type.Optional(Timestamp),
    }),
    response: RoleBinding,
    status: 201,
  }),
  deleteShare: defineRoute({
    id: 'clusterShare.delete',
    method: 'DELETE',
    path: '/api/v1/clusters/:cluster/shares/:id',
    tag: 'clusters',
    summary: 'Revoke a share',
    permission: { level: 'cluster', noun: 'cluster-share', verb: 'delete' },
    params: Closed({ cluster: clusterParams.properties.cluster, id: Id }),
  }),
};
