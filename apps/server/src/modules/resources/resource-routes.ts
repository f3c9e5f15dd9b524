import { resourceRoutes } from '@pilothouse/contract';
import type { Clock } from '@pilothouse/core';
import { resourceName } from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import { rawJson } from '../../platform/http/raw-json.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { implement, type RouteImplementation } from '../../platform/http/route-implementation.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { ClusterConnections } from '../clusters/cluster-connections.ts';
import type { ClusterDirectory } from '../clusters/cluster-directory.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import { reviewAccess } from './access-reviews.ts';
import { type ApplyAnswer, applyManifests } from './apply-manifests.ts';
import { audited, type WriteRecord } from './audited-write.ts';
import type { ClusterScopes } from './cluster-scopes.ts';
import { listNamespaces } from './namespace-list.ts';
import { deleteObject, restartObject, scaleObject } from './object-actions.ts';
import type { ObjectReader, ObjectTarget } from './object-reader.ts';
import { streamObjects } from './object-stream.ts';
import { listKinds } from './resource-kinds.ts';
import type { ResourceLister } from './resource-list.ts';
import type { SourceOpener } from './resource-sources.ts';
import type { createResourceStream } from './resource-stream.ts';
import { revealSecret } from './secret-reveal.ts';

export type ResourceRoutesDeps = {
  directory: Pick<ClusterDirectory, 'find' | 'resolve'>;
  connections: ClusterConnections;
  authorizer: Authorizer;
  audit: AuditLog;
  scopes: ClusterScopes;
  opener: SourceOpener;
  list: ResourceLister;
  stream: ReturnType<typeof createResourceStream>;
  reader: ObjectReader;
  clock: Clock;
};

export function createResourceRoutes(deps: ResourceRoutesDeps): readonly RouteImplementation[] {
  const { directory, connections, authorizer, audit, scopes, opener, list, stream, reader, clock } = deps;

  const clusterId = async (nameOrId: string) => (directory.find(nameOrId) ?? (await directory.resolve(nameOrId))).id;
  const openCluster = async (nameOrId: string, principal: Principal) =>
    (await connections.get(await clusterId(nameOrId))).as(principal);
  type ObjectPath = { cluster: string; resource: string; namespace: string; name: string };
  const target = async (params: ObjectPath, { principal }: RequestContext) =>
    reader.target(await clusterId(params.cluster), params, principal);

  return [
    implement(resourceRoutes.listKinds, async ({ query, context }) =>
      listKinds(await scopes(context.principal, query.clusters), { connections, clock }),
    ),
    implement(resourceRoutes.listNamespaces, async ({ query, context }) =>
      listNamespaces(await scopes(context.principal, query.clusters), opener),
    ),
    implement(resourceRoutes.listResources, async ({ params, query, context }) =>
      rawJson(await list(await scopes(context.principal, query.clusters), params.resource, query)),
    ),
    implement(resourceRoutes.listObjects, async ({ params, query, context }) => {
      await streamObjects(await scopes(context.principal, query.clusters), params.resource, query, {
        opener,
        context,
      });
      return undefined;
    }),
    implement(resourceRoutes.streamResources, async ({ params, query, context }) => {
      await stream(params.resource, query, context);
      return undefined;
    }),
    implement(resourceRoutes.getObject, ({ params, query, context }) => {
      const cluster = directory.find(params.cluster);
      const answer = cluster && !query.fresh && !query.managedFields ? reader.atHand(cluster.id, params) : undefined;
      return answer ?? target(params, context).then((object) => reader.read(object, query));
    }),
    implement(resourceRoutes.revealSecret, async ({ params, body, context }) =>
      revealSecret(await target({ ...params, resource: 'secrets' }, context), body.keys, { audit, context }),
    ),
    implement(resourceRoutes.deleteObject, async ({ params, query, context }) => {
      const object = await target(params, context);
      const work = () => deleteObject(object, query);
      return query.dryRun ? work() : audited(work, writeOf('resource.delete', object), { audit, context });
    }),
    implement(resourceRoutes.scaleObject, async ({ params, body, context }) => {
      const object = await target(params, context);
      const work = () => scaleObject(object, body);
      const { replicas } = body;
      return body.dryRun
        ? work()
        : audited(work, { ...writeOf('resource.scale', object), details: { replicas } }, { audit, context });
    }),
    implement(resourceRoutes.restartObject, async ({ params, context }) => {
      const object = await target(params, context);
      return audited(() => restartObject(object, clock), writeOf('resource.restart', object), { audit, context });
    }),
    implement(resourceRoutes.applyManifests, async ({ params, body, context }) => {
      const cluster = await openCluster(params.cluster, context.principal);
      const { principal, requestId, log } = context;
      const answer = await applyManifests(cluster, body, { principal, authorizer, clock, requestId, log });
      if (!body.dryRun) await recordApply(answer, cluster.name, { audit, context });
      return answer;
    }),
    implement(resourceRoutes.reviewAccess, async ({ params, body, context }) => ({
      results: await reviewAccess(await openCluster(params.cluster, context.principal), body.reviews, {
        principal: context.principal,
        authorizer,
      }),
    })),
  ];
}

function writeOf(verb: string, { cluster, type, ref }: ObjectTarget): WriteRecord {
  const place = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
  return { verb, cluster: cluster.name, object: `${resourceName(type)}/${place}` };
}

/** One entry for what was applied together. */
async function recordApply(
  answer: ApplyAnswer,
  cluster: string,
  { audit, context }: { audit: AuditLog; context: RequestContext },
): Promise<void> {
  const documents = answer.results.map(
    ({ ref, action }) => `${ref ? `${ref.kind}/${ref.namespace ?? ''}/${ref.name}` : '?'} ${action}`,
  );
  await audit.record({
    ...auditedRequest(context),
    verb: 'resource.apply',
    object: `${cluster}/apply`,
    cluster,
    result: answer.complete ? 'allowed' : 'failed',
    details: { documents: documents.slice(0, 200) },
  });
}
