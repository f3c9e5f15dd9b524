import type { KubeconfigContext } from '@pilothouse/contract';
import type { Clock, Logger, Service } from '@pilothouse/core';
import type { Sealer } from '../../platform/crypto/sealer.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Doorbell } from '../../platform/events/doorbell.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { Leases } from '../../platform/leases/leases.ts';
import type { ServerModule } from '../../platform/module.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import type { RoleBindingService } from '../identity/role-binding-service.ts';
import { type ClusterConnections, createClusterConnections } from './cluster-connections.ts';
import { createClusterConnector } from './cluster-connector.ts';
import { type ClusterDirectory, createClusterDirectory } from './cluster-directory.ts';
import { createClusterRoutes } from './cluster-routes.ts';
import { type ClusterService, createClusterService } from './cluster-service.ts';
import { createClusterStore } from './cluster-store.ts';
import { createConnectionMonitor } from './connection-monitor.ts';
import { createConnectionRecorder } from './connection-recorder.ts';
import { contextsOf, createLocalContexts } from './kubeconfig-contexts.ts';
import { createSimulatedClusters } from './simulated-clusters.ts';

/** What must stand before identity: that a name is a cluster. */
export function createClusterNames(deps: {
  database: Database;
  events: EventLog;
  doorbell: Doorbell;
  log: Logger;
}): ClusterDirectory {
  return createClusterDirectory({ ...deps, store: createClusterStore(deps.database) });
}

export type ClustersModuleDeps = {
  database: Database;
  events: EventLog;
  leases: Leases;
  sealer: Sealer;
  directory: ClusterDirectory;
  authorizer: Authorizer;
  audit: AuditLog;
  roleBindings: RoleBindingService;
  clock: Clock;
  log: Logger;
  localMode: boolean;
  /** Keep a simulated cluster registered, to look around with. */
  simulatedCluster?: boolean;
  /** Milliseconds between two looks at a cluster, clusters at once, days the connection log is kept. */
  monitor?: { interval?: number; atOnce?: number; logRetentionDays?: number };
};

export type ClustersModule = ServerModule & {
  readonly connections: ClusterConnections;
  readonly service: ClusterService;
};

export function createClustersModule(deps: ClustersModuleDeps): ClustersModule {
  const { database, events, leases, sealer, directory, authorizer, audit, roleBindings, clock, localMode } = deps;
  const log = deps.log.with({ module: 'clusters' });
  const store = createClusterStore(database);
  const simulated = createSimulatedClusters({ clock, log });
  const localContexts = localMode ? createLocalContexts() : undefined;
  const connector = createClusterConnector({
    simulated,
    clock,
    log,
    ...(localContexts ? { localContext: localContexts.connection } : {}),
  });
  const connections = createClusterConnections({
    directory,
    clock,
    log,
    async connect({ id, name, impersonate }) {
      const access = await service.accessOf(id);
      const onRefreshToken = (refreshToken: string) => service.keepRefreshToken(id, refreshToken);
      return connector.open(
        { id, name, impersonate },
        await connector.resolve(access, { clusterId: id, onRefreshToken }),
      );
    },
  });
  const record = createConnectionRecorder({ database, store, events, clock });
  const monitor = createConnectionMonitor({
    database,
    store,
    events,
    leases,
    connections,
    record,
    clock,
    log,
    ...deps.monitor,
  });
  const service = createClusterService({
    database,
    store,
    events,
    sealer,
    directory,
    connections,
    connector,
    monitor,
    authorizer,
    audit,
    roleBindings,
    clock,
    localMode,
  });
  simulated.onMoved((clusterId) => connections.drop(clusterId));
  directory.onChanged((clusterId) => {
    if (!directory.find(clusterId)) void simulated.stop(clusterId);
  });
  const registeredAs = (server: string) => directory.all().find((entry) => entry.server === server)?.name;

  return {
    name: 'clusters',
    connections,
    service,
    routes: createClusterRoutes({
      service,
      store,
      directory,
      authorizer,
      roleBindings,
      contexts: (kubeconfig): KubeconfigContext[] => contextsOf(kubeconfig, registeredAs),
      localContexts: () => localContexts?.list(registeredAs) ?? [],
    }),
    services: [
      directory.service,
      connectionService(connections, () => simulated.stopAll()),
      ...(deps.simulatedCluster ? [simulatedService(service, connections, directory)] : []),
    ],
    workers: [monitor.service],
    sealedColumns: [{ table: 'clusters', idColumn: 'id', column: 'access' }],
  };
}

/** Connections are made on demand; what is left to a service is to close them after everything that uses them has stopped. */
function connectionService(connections: ClusterConnections, stopSimulated: () => Promise<void>): Service {
  return {
    name: 'cluster-connections',
    async run(signal, ready) {
      ready();
      await aborted(signal);
      await connections.close();
      await stopSimulated();
    },
  };
}

/** Registers the simulated cluster and starts it at once, beside everything else that starts. */
function simulatedService(
  service: ClusterService,
  connections: ClusterConnections,
  directory: ClusterDirectory,
): Service {
  return {
    name: 'simulated-cluster',
    async run(signal, ready) {
      ready();
      await service.ensureSimulated('shop');
      const simulated = directory.all().filter((entry) => entry.accessType === 'simulated');
      await Promise.allSettled(simulated.map(({ id }) => connections.get(id)));
      await aborted(signal);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
