import { clusterRoutes, type KubeconfigContext } from '@pilothouse/contract';
import { createPageCursor, pageOf } from '../../platform/http/page-cursor.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { implement, type RouteImplementation } from '../../platform/http/route-implementation.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import type { RoleBindingService } from '../identity/role-binding-service.ts';
import type { ClusterDirectory } from './cluster-directory.ts';
import { listClusters } from './cluster-list.ts';
import type { ClusterService } from './cluster-service.ts';
import type { ClusterStore } from './cluster-store.ts';
import { isoOf } from './cluster-view.ts';

export type ClusterRoutesDeps = {
  service: ClusterService;
  store: ClusterStore;
  directory: ClusterDirectory;
  authorizer: Authorizer;
  roleBindings: RoleBindingService;
  /** The contexts of a kubeconfig a person sent, and of this machine's own in local mode. */
  contexts(kubeconfig: string): KubeconfigContext[];
  localContexts(): KubeconfigContext[];
};

const logPages = createPageCursor('connection-log', 'string');

export function createClusterRoutes(deps: ClusterRoutesDeps): readonly RouteImplementation[] {
  const { service, store, directory, authorizer, roleBindings, contexts, localContexts } = deps;

  return [
    implement(clusterRoutes.listClusters, ({ query, context }) =>
      listClusters(query, context.principal, { store, authorizer }),
    ),
    implement(clusterRoutes.createCluster, ({ body, context }) => service.register(body, context)),
    implement(clusterRoutes.listContexts, ({ body }) => ({ items: contexts(body.kubeconfig) })),
    implement(clusterRoutes.listLocalContexts, () => ({ items: localContexts() })),
    implement(clusterRoutes.testAccess, ({ body, context }) => service.testAccess(body, context.principal)),
    implement(clusterRoutes.getCluster, ({ params, context }) => service.read(params.cluster, context.principal)),
    implement(clusterRoutes.updateCluster, ({ params, body, context }) =>
      service.update(params.cluster, body, versioned(context)),
    ),
    implement(clusterRoutes.deleteCluster, async ({ params, context }) => {
      await service.remove(params.cluster, versioned(context));
      return undefined;
    }),
    implement(clusterRoutes.testCluster, ({ params }) => service.testCluster(params.cluster)),
    implement(clusterRoutes.rotateCredentials, ({ params, body, context }) =>
      service.rotate(params.cluster, body, versioned(context)),
    ),
    implement(clusterRoutes.connectionLog, async ({ params, query }) => {
      const { id } = await directory.resolve(params.cluster);
      const { limit = 100, cursor } = query;
      const entries = await store.connectionLog(id, { limit: limit + 1, before: logPages.decode(cursor) });
      const page = pageOf(entries, { limit, cursor: logPages, placeOf: (entry) => entry.id });
      return { ...page, items: page.items.map(({ id: _, at, ...entry }) => ({ at: isoOf(at), ...entry })) };
    }),
    implement(clusterRoutes.listShares, async ({ params }) => ({
      items: await roleBindings.listForCluster(await directory.resolve(params.cluster)),
    })),
    implement(clusterRoutes.createShare, async ({ params, body, context }) =>
      roleBindings.create({ ...body, cluster: await directory.resolve(params.cluster) }, context),
    ),
    implement(clusterRoutes.deleteShare, async ({ params, context }) => {
      await roleBindings.delete(params.id, { cluster: await directory.resolve(params.cluster), context });
      return undefined;
    }),
  ];
}

function versioned(context: RequestContext) {
  const { principal, signedIn, requestId, address, request } = context;
  return { principal, signedIn, requestId, address, ifMatch: request.headers['if-match'] };
}
