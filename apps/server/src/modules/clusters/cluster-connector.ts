import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appError, type Clock, type Logger } from '@pilothouse/core';
import {
  type ClusterConnection as Connection,
  createClusterCache,
  createKubeClient,
  discoverResources,
  type KubeClient,
} from '@pilothouse/kube';
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
  open(cluster: { id: string; name: string }, connection: Connection): OpenCluster;
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
  localContext?: (context: string) => Promise<Connection>;
  clock: Clock;
  log: Logger;
  /** Where a pod finds its service account. */
  serviceAccountFolder?: string;
  environment?: Readonly<Record<string, string | undefined>>;
};

export function createClusterConnector(deps: ClusterConnectorDeps): ClusterConnector {
  const { simulated, localContext, clock, log, environment = process.env } = deps;
  const { serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount' } = deps;

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
        return inCluster();
      case 'simulated': {
        const server = await simulated.address(options.clusterId, access.profile);
        return { server, credentials: { type: 'none' }, addresses: 'any' };
      }
      case 'local-context':
        if (!localContext) throw appError('invalid_input', 'A context of this machine can be used in local mode only.');
        return localContext(access.context);
    }
  }

  async function inCluster(): Promise<Connection> {
    const host = environment['KUBERNETES_SERVICE_HOST'];
    const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
    if (!host) throw appError('cluster_unreachable', 'This server does not run in a cluster.');
    const certificateAuthority = await readAccountFile('ca.crt');
    const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    // The kubelet renews the token file; it is read again for each token, and an empty one is an error, never an anonymous request.
    const token = () => readAccountFile('token');
    await token();
    return { server, certificateAuthority, credentials: { type: 'token-source', token }, addresses: 'any' };
  }

  async function readAccountFile(name: string): Promise<string> {
    const path = join(serviceAccountFolder, name);
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw appError('cluster_unauthorized', `This pod has no service account: ${path} cannot be read.`, { cause });
    });
    if (text.trim() === '') throw appError('cluster_unauthorized', `The service account of this pod is empty: ${path}.`);
    return text.trim();
  }

  return {
    resolve,
    forget: (clusterId) => simulated.stop(clusterId),
    client: (connection) => createKubeClient(connection, { log }),
    open({ id, name }, connection) {
      const client = createKubeClient(connection, { log });
      const ofCluster = log.with({ clusterId: id });
      const cache = createClusterCache({ client, clock, log: ofCluster });
      return createOpenCluster({ id, name, client, cache, discover: discoverResources, clock, log: ofCluster });
    },
  };
}
