import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allRoutes } from '@pilothouse/contract';
import { type Clock, createSupervisor, type Logger, type Service, systemClock } from '@pilothouse/core';
import { createAuditLog, createAuditModule } from './modules/audit/audit-module.ts';
import { createClusterEventsModule } from './modules/cluster-events/cluster-events-module.ts';
import { createClusterNames, createClustersModule } from './modules/clusters/clusters-module.ts';
import { createExecModule } from './modules/exec/exec-module.ts';
import { createIdentityModule } from './modules/identity/identity-module.ts';
import { createLogsModule } from './modules/logs/logs-module.ts';
import { createResourcesModule } from './modules/resources/resources-module.ts';
import type { ServerConfig } from './platform/config/config-schema.ts';
import { openStorage } from './platform/database/open-storage.ts';
import { createConsumerService } from './platform/events/consumer-service.ts';
import { createDeadLetters } from './platform/events/dead-letters.ts';
import { createEventLog } from './platform/events/event-log.ts';
import { forgetOldEvents } from './platform/events/event-retention.ts';
import { createEventRoutes } from './platform/events/event-routes.ts';
import { createEventTail } from './platform/events/event-tail.ts';
import { openDoorbell } from './platform/events/open-doorbell.ts';
import { mountApiExplorer } from './platform/http/api-explorer.ts';
import { createClientAddress } from './platform/http/client-address.ts';
import { createHttpServer } from './platform/http/create-http-server.ts';
import { createIdempotency } from './platform/http/idempotency.ts';
import { createWebApp } from './platform/http/web-app.ts';
import { createHousekeeping } from './platform/leases/housekeeping.ts';
import { createLeases } from './platform/leases/leases.ts';
import type { ServerModule } from './platform/module.ts';
import { createOpenStreams } from './platform/streams/open-streams.ts';
import { createTickets } from './platform/streams/tickets.ts';
import { createWebSocketGateway } from './platform/streams/web-socket-gateway.ts';
import { createMetrics } from './platform/telemetry/metrics.ts';
import { mountOperations } from './platform/telemetry/operations-routes.ts';
import { checkSealedColumns } from './sealed-columns.ts';

export type AppOptions = { config: ServerConfig; log: Logger; version: string; clock?: Clock };

export type RunningApp = {
  /** Where it listens, without a path. */
  readonly url: string;
  /** For the person at the terminal: signs in or sets up. A key: print it, never log it. */
  readonly startUrl: string | undefined;
  stop(): Promise<void>;
};

const webFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

/**
 * The composition root: everything is made here, in the order in which it is needed, and nowhere else. Fails loudly. What was started when
 * it fails is left to the end of the process.
 */
export async function startApp({ config, log, version, clock = systemClock }: AppOptions): Promise<RunningApp> {
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const metrics = createMetrics();
  const { database, sealer, isReady, close } = await openStorage({ config, log, clock, observe: metrics.statement });
  const { doorbell, services: doorbellServices } = openDoorbell({ config, database, log, clock });
  const events = createEventLog({ database, doorbell, clock });
  const leases = createLeases({ database, log, clock });
  const deadLetters = createDeadLetters({ database, doorbell, clock });
  const tail = createEventTail({ events, doorbell, log, clock });
  const tickets = createTickets({ database, clock });
  const idempotency = createIdempotency({ database, sealer, clock });
  const streams = createOpenStreams();
  metrics.watch({ streams, newestEvent: () => tail.place });

  const { audit, store: auditStore } = createAuditLog({ database, clock });
  const directory = createClusterNames({ database, events, doorbell, log });
  const identity = createIdentityModule({
    database,
    events,
    doorbell,
    clusters: directory,
    audit,
    clock,
    log,
    version,
    config,
  });
  const { access, authorizer, roleBindings } = identity;
  const auditing = createAuditModule({ audit, store: auditStore, events, deadLetters, authorizer });
  const clusters = createClustersModule({
    database,
    events,
    leases,
    sealer,
    directory,
    authorizer,
    audit,
    roleBindings,
    clock,
    log,
    localMode: config.local,
    simulatedCluster: config.simulatedCluster,
    monitor: { interval: config.clusterCheckSeconds * 1000, logRetentionDays: config.connectionLogDays },
  });
  const { connections } = clusters;
  const resources = createResourcesModule({ directory, connections, authorizer, audit, clock, log });
  const { scopes, opener } = resources;
  const modules: readonly ServerModule[] = [
    identity,
    auditing,
    clusters,
    resources,
    createClusterEventsModule({ scopes, opener }),
    createLogsModule({ directory, connections, clock }),
    createExecModule({
      directory,
      connections,
      authorizer,
      audit,
      clock,
      log,
      limits: { idle: config.execIdleMinutes * 60_000, absolute: config.execHours * 3_600_000 },
    }),
  ];

  checkSealedColumns(modules);

  const http = await createHttpServer({ config, log, access, streams, clock, idempotency, observe: metrics.http });
  const sockets = createWebSocketGateway({
    guard: http.guard,
    access,
    tickets,
    streams,
    log,
    clock,
    addressOf: createClientAddress(config.trustedProxies),
  });
  mountOperations(http.app, {
    metrics,
    metricsAccess: config.metrics,
    access,
    checks: [
      { name: 'database', check: () => database.ping() },
      { name: 'migrations', check: isReady },
    ],
  });
  if (config.roles.includes('api')) {
    for (const { routes = [], webSockets = [] } of modules) {
      http.mount(routes);
      sockets.add(webSockets);
    }
    http.mount([...createEventRoutes({ events, tail, visibility: auditing.isVisible }), ...sockets.routes()]);
    mountApiExplorer(http.app, { routes: allRoutes, version });
    http.setFallback(createWebApp(webFolder));
    sockets.attach(http.app.server);
  }

  const housekeeping = createHousekeeping({
    leases,
    clock,
    log,
    sweeps: [
      { name: 'events', run: () => forgetOldEvents({ database, clock, days: config.eventRetentionDays }) },
      { name: 'tickets', run: () => tickets.sweep() },
      { name: 'idempotency', run: () => idempotency.sweep() },
    ],
  });
  const consumers = modules.flatMap((module) => module.consumers ?? []);
  const consumerDeps = { database, events, leases, doorbell, log, clock, observe: metrics.consumer };
  const workerServices: Service[] = [
    ...modules.flatMap((module) => module.workers ?? []),
    ...consumers.map((consumer) => createConsumerService(consumer, consumerDeps)),
    housekeeping,
  ];

  await identity.setUpUnattended();
  const services = createSupervisor({ log, clock });
  const workers = createSupervisor({ log, clock });
  await services.start([...doorbellServices, tail.service, ...modules.flatMap((module) => module.services ?? [])]);
  if (config.roles.includes('worker')) await workers.start(workerServices);
  const url = await http.listen();
  const startPath = config.roles.includes('api') ? await identity.startPath() : undefined;
  log.info('server listens', {
    url,
    version,
    database: database.dialect.name,
    roles: config.roles,
    local: config.local,
  });

  return {
    url,
    startUrl: startPath === undefined ? undefined : `${config.publicUrl ?? url}${startPath}`,
    async stop() {
      log.info('server stops');
      // Streams first: their clients go elsewhere. Requests that run may still need what the services hold.
      await streams.closeAll({
        code: 'shutting_down',
        message: 'The server is stopping. Connect again.',
        deadline: 2000,
      });
      await workers.stop();
      await http.close();
      await services.stop();
      await close();
      log.info('server stopped');
    },
  };
}
