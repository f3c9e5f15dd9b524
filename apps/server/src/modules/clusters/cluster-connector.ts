import { appError, type Clock, type Logger } from '@pilothouse/core';
import {
  type ClusterConnection as Connection,
  createClusterCache,
  createKubeClient,
  discoverResources,
  inClusterConnection,
  type KubeClient,
} from '@pilothouse/kube';
import { createActingClients } from './acting-clients.ts';
import { createGuardedRequest } from './guarded-request.ts';
import { createOidcTokenSource } from './oidc-token-source.ts';
import { createOpenCluster, type OpenCluster } from './open-cluster.ts';
import type { SimulatedClusters } from './simulated-clusters.ts';
import type { StoredAccess } from './stored-access.ts';

/** Makes connections of what was registered. */
export type ClusterConnector = {
  /** How a cluster is reached now: a simulated one is started, the files of a service account are read. */
  resolve(access: StoredAccess, options: ResolveOptions): Promise<Connection>;
  client(connection: Connection): KubeClient;
  /** Stops what runs for a cluster that is gone. */
  forget(clusterId: string): Promise<void>;
  open(cluster: { id: string; name: string; impersonate: boolean }, connection: Connection): OpenCluster;
};

export type ResolveOptions = {
  /** The cluster's id, or one made up for a test before it is saved. */
  clusterId: string;
  /** Keeps a refresh token that the identity provider rotated. */
  onRefreshToken(refreshToken: string): Promise<void>;
};

export type ClusterConnectorDeps = {
  simulated: SimulatedClusters;
  /** Contexts of this machine's own kubeconfig; in local mode only. */
  localContext?: (context: string) => Connection;
  clock: Clock;
  log: Logger;
  /** Where a pod finds its service account. */
  serviceAccountFolder?: string;
  environment?: NodeJS.ProcessEnv;
};

export function createClusterConnector(deps: ClusterConnectorDeps): ClusterConnector {
  const { simulated, localContext, clock, log, environment = process.env } = deps;
  const { serviceAccountFolder } = deps;

  async function resolve(access: StoredAccess, options: ResolveOptions): Promise<Connection> {
    switch (access.type) {
      case 'fixed': {
        const { type: _, namespace: __, ...connection } = access;
        return connection;
      }
      case 'oidc': {
        const { type: _, namespace: __, oidc, ...reach } = access;
        const request = createGuardedRequest(reach.addresses);
        const token = createOidcTokenSource({ access: oidc, request, clock, onRefreshToken: options.onRefreshToken });
        return { ...reach, credentials: { type: 'token-source', token } };
      }
      case 'in-cluster':
        return inClusterConnection(environment, serviceAccountFolder);
      case 'simulated': {
        const server = await simulated.address(options.clusterId, access.profile);
        return { server, credentials: { type: 'none' }, addresses: 'any' };
      }
      case 'local-context':
        if (!localContext) throw appError('invalid_input', 'A context of this machine can be used in local mode only.');
        return localContext(access.context);
    }
  }

  return {
    resolve,
    forget: (clusterId) => simulated.stop(clusterId),
    client: (connection) => createKubeClient(connection, { log }),
    open({ id, name, impersonate }, connection) {
      const client = createKubeClient(connection, { log });
      const ofCluster = log.with({ clusterId: id });
      const createClient = (of: Connection) => createKubeClient(of, { log: ofCluster });
      const acting = impersonate ? createActingClients({ clusterId: id, connection, createClient, clock }) : undefined;
      const cache = createClusterCache(client, { clock, log: ofCluster });
      return createOpenCluster({
        id,
        name,
        client,
        cache,
        discover: (of) => discoverResources(of),
        acting,
        clock,
        log: ofCluster,
      });
    },
  };
}
