import { healthStatuses } from '@pilothouse/core';
import Type, { type Static } from 'typebox';
import { Problem } from './problem.ts';
import { defineRoute } from './route.ts';
import { Closed, CommaList, OneOf, Timestamp } from './schema.ts';

export const Health = Type.Object({ status: OneOf(healthStatuses), reason: Type.String(), message: Type.String() });
export type Health = Static<typeof Health>;

/** A kind as discovery describes it. `resource` is its name everywhere: `pods`, `deployments.apps`. */
export const ResourceKind = Type.Object({
  resource: Type.String(),
  group: Type.String(),
  version: Type.String(),
  kind: Type.String(),
  plural: Type.String(),
  singular: Type.String(),
  shortNames: Type.Array(Type.String()),
  categories: Type.Array(Type.String()),
  namespaced: Type.Boolean(),
  verbs: Type.Array(Type.String()),
  subresources: Type.Array(Type.String()),
  custom: Type.Boolean({ description: 'Served by a CustomResourceDefinition or an aggregated API.' }),
  /** Clusters (names) that serve it. */
  clusters: Type.Array(Type.String()),
});
export type ResourceKind = Static<typeof ResourceKind>;

/** `value` of a cell by column type: text -> string; number -> number; age and time -> RFC 3339 string; quantity -> base-unit number; list -> text joined by ", ". */
export const columnTypes = ['text', 'number', 'age', 'time', 'quantity', 'percent', 'boolean', 'ratio'] as const;
export const TableColumn = Type.Object({
  id: Type.String(),
  label: Type.String(),
  type: OneOf(columnTypes),
  description: Type.Optional(Type.String()),
  /** 0: shown by default; 1 and above: on request ("wide"). */
  priority: Type.Integer(),
});
export type TableColumn = Static<typeof TableColumn>;
export const Cell = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
export type Cell = Static<typeof Cell>;

export const ResourceRow = Type.Object({
  /** `cluster/namespace/name`, the namespace empty for cluster-scoped objects. */
  id: Type.String(),
  cluster: Type.String(),
  namespace: Type.Optional(Type.String()),
  name: Type.String(),
  uid: Type.String(),
  createdAt: Type.Optional(Timestamp),
  health: Health,
  terminating: Type.Optional(Type.Boolean()),
  /** In the order of `columns`. */
  cells: Type.Array(Cell),
});
export type ResourceRow = Static<typeof ResourceRow>;

/** How fresh one cluster's part of an answer is. */
export const SourceState = Type.Object({
  cluster: Type.String(),
  phase: OneOf(['syncing', 'live', 'stale', 'failed']),
  asOf: Type.Optional(Timestamp),
  loaded: Type.Optional(Type.Integer()),
});
export type SourceState = Static<typeof SourceState>;
export const SourceFailure = Type.Object({
  cluster: Type.String(),
  code: Type.String(),
  message: Type.String(),
  since: Type.Optional(Timestamp),
});
export type SourceFailure = Static<typeof SourceFailure>;

export const ResourceList = Type.Object({
  resource: Type.String(),
  kind: Type.String(),
  namespaced: Type.Boolean(),
  columns: Type.Array(TableColumn),
  items: Type.Array(ResourceRow),
  /** How many objects match the filter, on all pages. */
  total: Type.Integer(),
  /** Of those, how many in each health. */
  health: Type.Record(Type.String(), Type.Integer()),
  nextCursor: Type.Optional(Type.String()),
  /** False when a cluster did not answer or is still loading; `failures` says which and why. */
  complete: Type.Boolean(),
  failures: Type.Array(SourceFailure),
  sources: Type.Array(SourceState),
  /** The oldest of the sources. */
  asOf: Type.Optional(Timestamp),
});
export type ResourceList = Static<typeof ResourceList>;

/** A filter over one resource, the same for lists, SSE and `/ws/watch`. */
export const resourceFilter = {
  clusters: Type.Optional(CommaList('Cluster names or ids; default: every cluster I may see.')),
  namespaces: Type.Optional(CommaList('Default: all.')),
  labelSelector: Type.Optional(Type.String({ maxLength: 4000 })),
  fieldSelector: Type.Optional(
    Type.String({
      maxLength: 4000,
      description: 'Any scalar field by dotted path, with =, == and !=: `status.phase=Running`.',
    }),
  ),
  health: Type.Optional(CommaList('Health statuses.')),
  owner: Type.Optional(Type.String({ maxLength: 64, description: 'uid of a controlling owner.' })),
  q: Type.Optional(
    Type.String({ maxLength: 500, description: 'Free text over name, namespace and cells; every word must occur.' }),
  ),
};

/** Messages of the SSE stream of one table. `id:` of the SSE event resumes it; `reset` means: drop what you have, the list follows in `changes`. */
export const TableMessage = Type.Union([
  Type.Object({ type: Type.Literal('ready'), columns: Type.Array(TableColumn) }),
  Type.Object({ type: Type.Literal('changes'), upserts: Type.Array(ResourceRow), deletes: Type.Array(Type.String()) }),
  Type.Object({ type: Type.Literal('sources'), sources: Type.Array(SourceState), failures: Type.Array(SourceFailure) }),
  Type.Object({ type: Type.Literal('reset'), reason: Type.String() }),
]);
export type TableMessage = Static<typeof TableMessage>;

const resource = Type.String({
  minLength: 1,
  maxLength: 317,
  description: '`pods`, `deployments.apps`; short names and kinds are understood too.',
});
const cluster = Type.String({ minLength: 1, maxLength: 100 });
const namespace = Type.String({ minLength: 1, maxLength: 63, description: '`-` for a cluster-scoped object.' });
const name = Type.String({ minLength: 1, maxLength: 253 });
const objectParams = Closed({ cluster, resource, namespace, name });

export const ObjectAnswer = Type.Object({
  cluster: Type.String(),
  resource: Type.String(),
  object: Type.Unknown({ description: 'The object; Secret values masked unless revealed.' }),
  health: Health,
  asOf: Timestamp,
  /** `cache` is the watch cache, `cluster` a direct read. */
  source: OneOf(['cache', 'cluster']),
});
export type ObjectAnswer = Static<typeof ObjectAnswer>;

export const FieldChange = Type.Object({
  path: Type.String({ description: 'RFC 6901' }),
  before: Type.Optional(Type.Unknown()),
  after: Type.Optional(Type.Unknown()),
});
export type FieldChange = Static<typeof FieldChange>;

export const ApplyResult = Type.Object({
  index: Type.Integer({ description: 'Position of the document, from 0.' }),
  ref: Type.Optional(
    Type.Object({
      apiVersion: Type.String(),
      kind: Type.String(),
      resource: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      name: Type.String(),
    }),
  ),
  action: OneOf(['created', 'configured', 'unchanged', 'failed', 'skipped']),
  changes: Type.Array(FieldChange),
  /** YAML texts for a side-by-side diff; Secret values masked. */
  before: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
  warnings: Type.Array(Type.String()),
  error: Type.Optional(Problem),
});
export type ApplyResult = Static<typeof ApplyResult>;

export const KubeEvent = Type.Object({
  cluster: Type.String(),
  namespace: Type.Optional(Type.String()),
  name: Type.String(),
  type: Type.String({ description: 'Normal or Warning' }),
  reason: Type.String(),
  message: Type.String(),
  count: Type.Integer(),
  firstAt: Type.Optional(Timestamp),
  lastAt: Type.Optional(Timestamp),
  source: Type.Optional(Type.String()),
  object: Type.Object({
    apiVersion: Type.Optional(Type.String()),
    kind: Type.String(),
    namespace: Type.Optional(Type.String()),
    name: Type.String(),
    uid: Type.Optional(Type.String()),
    fieldPath: Type.Optional(Type.String()),
  }),
});
export type KubeEvent = Static<typeof KubeEvent>;

const eventList = Type.Object({
  items: Type.Array(KubeEvent),
  nextCursor: Type.Optional(Type.String()),
  complete: Type.Boolean(),
  failures: Type.Array(SourceFailure),
});

const sort = Type.Optional(
  Type.String({
    maxLength: 200,
    description:
      'Column ids, comma-separated, `-` before one for descending; also `name`, `namespace`, `cluster`, `health`, `age`. Default `namespace,name`.',
  }),
);
const wait = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 30_000,
    description: 'Milliseconds to wait for clusters still loading before answering partially. Default 2000.',
  }),
);

export const resourceRoutes = {
  listKinds: defineRoute({
    id: 'kind.list',
    method: 'GET',
    path: '/api/v1/kinds',
    tag: 'resources',
    summary: 'Every kind that the clusters serve',
    permission: { level: 'filtered', noun: 'resource', verb: 'list' },
    query: Closed({ clusters: resourceFilter.clusters }),
    response: Type.Object({
      items: Type.Array(ResourceKind),
      complete: Type.Boolean(),
      failures: Type.Array(SourceFailure),
    }),
  }),
  listNamespaces: defineRoute({
    id: 'namespace.list',
    method: 'GET',
    path: '/api/v1/namespaces',
    tag: 'resources',
    summary: 'Namespace names over the clusters, for pickers',
    permission: { level: 'filtered', noun: 'resource', verb: 'list' },
    query: Closed({ clusters: resourceFilter.clusters }),
    response: Type.Object({
      items: Type.Array(Type.Object({ name: Type.String(), clusters: Type.Array(Type.String()) })),
      complete: Type.Boolean(),
      failures: Type.Array(SourceFailure),
    }),
  }),
  listResources: defineRoute({
    id: 'resource.list',
    method: 'GET',
    path: '/api/v1/resources/:resource',
    tag: 'resources',
    summary: 'One table over several clusters: filter, sort, cursor paging',
    permission: { level: 'filtered', noun: 'resource', verb: 'list' },
    params: Closed({ resource }),
    query: Closed({
      ...resourceFilter,
      sort,
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      cursor: Type.Optional(Type.String({ maxLength: 8192 })),
      wait,
    }),
    response: ResourceList,
  }),
  listObjects: defineRoute({
    id: 'resource.objects',
    method: 'GET',
    path: '/api/v1/resources/:resource/objects',
    tag: 'resources',
    summary: 'The objects behind the rows of a table, whole, in the same order (NDJSON of ObjectMessage)',
    permission: { level: 'filtered', noun: 'resource', verb: 'list' },
    params: Closed({ resource }),
    query: Closed({ ...resourceFilter, sort, limit: Type.Optional(Type.Integer({ minimum: 1 })), wait }),
    stream: 'ndjson',
    response: Type.Unknown(),
  }),
  streamResources: defineRoute({
    id: 'resource.stream',
    method: 'GET',
    path: '/api/v1/resources/:resource/stream',
    tag: 'resources',
    summary: 'Live rows of one table (SSE of TableMessage)',
    description:
      'Starts with `ready` and `sources`; with `snapshot=true` also every matching row in `changes`. Resume with Last-Event-ID.',
    permission: { level: 'filtered', noun: 'resource', verb: 'list' },
    params: Closed({ resource }),
    query: Closed({ ...resourceFilter, snapshot: Type.Optional(Type.Boolean()) }),
    stream: 'sse',
    response: TableMessage,
  }),
  getObject: defineRoute({
    id: 'resource.read',
    method: 'GET',
    path: '/api/v1/clusters/:cluster/resources/:resource/:namespace/:name',
    tag: 'resources',
    summary: 'One object',
    permission: { level: 'cluster', noun: 'resource', verb: 'read' },
    params: objectParams,
    query: Closed({
      managedFields: Type.Optional(Type.Boolean()),
      fresh: Type.Optional(Type.Boolean({ description: 'Read from the cluster, not the cache.' })),
    }),
    response: ObjectAnswer,
  }),
  revealSecret: defineRoute({
    id: 'secret.reveal',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/secrets/:namespace/:name/reveal',
    tag: 'resources',
    summary: 'The values of a Secret (audited)',
    permission: { level: 'cluster', noun: 'secret', verb: 'reveal' },
    params: Closed({ cluster, namespace, name }),
    body: Closed({ keys: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 1000 })) }),
    response: Type.Object({ data: Type.Record(Type.String(), Type.String({ description: 'base64' })) }),
  }),
  deleteObject: defineRoute({
    id: 'resource.delete',
    method: 'DELETE',
    path: '/api/v1/clusters/:cluster/resources/:resource/:namespace/:name',
    tag: 'resources',
    summary: 'Delete one object',
    permission: { level: 'cluster', noun: 'resource', verb: 'delete' },
    params: objectParams,
    query: Closed({
      propagation: Type.Optional(OneOf(['Foreground', 'Background', 'Orphan'])),
      gracePeriodSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
      uid: Type.Optional(Type.String({ maxLength: 64, description: 'Refuse when the object is another one by now.' })),
      dryRun: Type.Optional(Type.Boolean()),
    }),
    response: Type.Object({
      deleted: Type.Boolean(),
      terminating: Type.Boolean(),
      finalizers: Type.Array(Type.String()),
    }),
  }),
  scaleObject: defineRoute({
    id: 'resource.scale',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/resources/:resource/:namespace/:name/scale',
    tag: 'resources',
    summary: 'Set the number of replicas through the scale subresource',
    permission: { level: 'cluster', noun: 'resource', verb: 'operate' },
    params: objectParams,
    body: Closed({ replicas: Type.Integer({ minimum: 0, maximum: 1_000_000 }), dryRun: Type.Optional(Type.Boolean()) }),
    response: Type.Object({ before: Type.Integer(), replicas: Type.Integer() }),
  }),
  restartObject: defineRoute({
    id: 'resource.restart',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/resources/:resource/:namespace/:name/restart',
    tag: 'resources',
    summary: 'Restart the rollout, as kubectl rollout restart',
    permission: { level: 'cluster', noun: 'resource', verb: 'operate' },
    params: objectParams,
    response: Type.Object({ restartedAt: Timestamp }),
  }),
  applyManifests: defineRoute({
    id: 'resource.apply',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/apply',
    tag: 'resources',
    summary: 'Server-side apply of one or more YAML documents, in order, with a result for each',
    permission: { level: 'cluster', noun: 'resource', verb: 'update' },
    params: Closed({ cluster }),
    body: Closed({
      manifests: Type.String({ maxLength: 8_388_608, description: 'YAML or JSON, several documents allowed.' }),
      namespace: Type.Optional(
        Type.String({ maxLength: 63, description: 'For namespaced documents that name none. Default `default`.' }),
      ),
      dryRun: Type.Optional(Type.Boolean({ description: 'Compute the changes on the cluster and keep nothing.' })),
      force: Type.Optional(Type.Boolean({ description: 'Take fields over from other managers.' })),
      fieldManager: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    }),
    response: Type.Object({
      results: Type.Array(ApplyResult),
      complete: Type.Boolean({ description: 'No document failed.' }),
    }),
    bodyLimit: 10_485_760,
  }),
  reviewAccess: defineRoute({
    id: 'access.review',
    method: 'POST',
    path: '/api/v1/clusters/:cluster/access-reviews',
    tag: 'resources',
    summary: 'May I? Asked of our policy and of the cluster (SelfSubjectAccessReview)',
    permission: { level: 'cluster', noun: 'cluster', verb: 'read' },
    params: Closed({ cluster }),
    body: Closed({
      reviews: Type.Array(
        Closed({
          verb: Type.String({ maxLength: 64 }),
          resource: Type.String({ maxLength: 317 }),
          subresource: Type.Optional(Type.String({ maxLength: 64 })),
          namespace: Type.Optional(Type.String({ maxLength: 63 })),
          name: Type.Optional(Type.String({ maxLength: 253 })),
        }),
        { minItems: 1, maxItems: 50 },
      ),
    }),
    response: Type.Object({
      results: Type.Array(
        Type.Object({ allowed: Type.Boolean(), by: OneOf(['policy', 'cluster']), reason: Type.String() }),
      ),
    }),
  }),
  listEvents: defineRoute({
    id: 'clusterEvent.list',
    method: 'GET',
    path: '/api/v1/events',
    tag: 'events',
    summary: 'Kubernetes Events over several clusters, newest first, warnings on request first',
    permission: { level: 'filtered', noun: 'resource', verb: 'list' },
    query: Closed({
      clusters: resourceFilter.clusters,
      namespaces: resourceFilter.namespaces,
      q: resourceFilter.q,
      type: Type.Optional(OneOf(['Normal', 'Warning'])),
      object: Type.Optional(Type.String({ maxLength: 400, description: 'uid, or Kind/name of the involved object.' })),
      warningsFirst: Type.Optional(Type.Boolean()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      cursor: Type.Optional(Type.String({ maxLength: 4096 })),
    }),
    response: eventList,
  }),
  podLogs: defineRoute({
    id: 'log.read',
    method: 'GET',
    path: '/api/v1/clusters/:cluster/pods/:namespace/:name/logs',
    tag: 'logs',
    summary: 'Log lines of a container, followed on request (NDJSON of LogMessage)',
    permission: { level: 'cluster', noun: 'log', verb: 'read' },
    params: Closed({ cluster, namespace, name }),
    query: Closed({
      container: Type.Optional(Type.String({ maxLength: 253 })),
      follow: Type.Optional(Type.Boolean()),
      previous: Type.Optional(Type.Boolean()),
      tailLines: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
      sinceSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
      sinceTime: Type.Optional(Timestamp),
    }),
    stream: 'ndjson',
    response: Type.Unknown(),
  }),
};

/** A line of the log stream. Bytes that are not UTF-8 are replaced; a line over 256 KiB is cut and says so. `end` closes a stream that is complete. */
export const LogMessage = Type.Union([
  Type.Object({
    type: Type.Literal('line'),
    at: Type.Optional(Timestamp),
    text: Type.String(),
    container: Type.String(),
    truncated: Type.Optional(Type.Integer({ description: 'Bytes cut away.' })),
  }),
  Type.Object({ type: Type.Literal('notice'), code: Type.String(), message: Type.String() }),
  Type.Object({ type: Type.Literal('end') }),
]);
export type LogMessage = Static<typeof LogMessage>;

/** A line of the object stream. `end` is the last one; a stream without it was cut. */
export const ObjectMessage = Type.Union([
  Type.Object({
    type: Type.Literal('object'),
    cluster: Type.String(),
    object: Type.Unknown({ description: 'Secret values masked.' }),
  }),
  Type.Object({
    type: Type.Literal('end'),
    resource: Type.String(),
    kind: Type.String(),
    total: Type.Integer(),
    complete: Type.Boolean(),
    failures: Type.Array(SourceFailure),
    sources: Type.Array(SourceState),
  }),
]);
export type ObjectMessage = Static<typeof ObjectMessage>;
