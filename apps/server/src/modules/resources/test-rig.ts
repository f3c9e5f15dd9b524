import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiClient,
  clusterRoutes,
  createApiClient,
  type Role,
  streamRoutes,
  type TicketRequest,
} from '@pilothouse/contract';
import { appError, type Clock, createSupervisor, type Logger, silentLogger, systemClock } from '@pilothouse/core';
import { createSimulatedCluster, type SimulatedCluster, type SimulatedClusterOptions } from '@pilothouse/kubesim';
import { WebSocket } from 'ws';
import { createSealer } from '../../platform/crypto/sealer.ts';
import type { Database } from '../../platform/database/database.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { migrations } from '../../platform/database/migrations/migrations.ts';
import { openDatabase } from '../../platform/database/open-database.ts';
import { createLocalDoorbell } from '../../platform/events/doorbell.ts';
import { createEventLog, type EventLog } from '../../platform/events/event-log.ts';
import type { AccessControl } from '../../platform/http/access-control.ts';
import type { Grant, Principal } from '../../platform/http/principal.ts';
import { startTestHttp } from '../../platform/http/test-http.ts';
import type { Leases } from '../../platform/leases/leases.ts';
import type { ServerModule } from '../../platform/module.ts';
import { createOpenStreams, type OpenStreams } from '../../platform/streams/open-streams.ts';
import { createTickets } from '../../platform/streams/tickets.ts';
import { createWebSocketGateway } from '../../platform/streams/web-socket-gateway.ts';
import { createAuditLog } from '../audit/audit-module.ts';
import { createClusterEventsModule } from '../cluster-events/cluster-events-module.ts';
import { createClusterNames, createClustersModule } from '../clusters/clusters-module.ts';
import { createExecModule } from '../exec/exec-module.ts';
import { createAccessControl } from '../identity/access-control.ts';
import { createIdentityModule } from '../identity/identity-module.ts';
import { createLogsModule } from '../logs/logs-module.ts';
import { createResourcesModule } from './resources-module.ts';

/** Somebody who signs in as `Bearer <name>`. Their grants can be changed while the server runs, as a share does. */
export type TestPerson = {
  readonly name: string;
  grant(...grants: Grant[]): void;
  /** Ends what the person has open, as any change of access does. */
  revoke(): void;
};

export type TestRig = {
  readonly url: string;
  readonly database: Database;
  readonly events: EventLog;
  readonly streams: OpenStreams;
  /** As the administrator, or as somebody else. */
  client(person?: string): ApiClient;
  fetch(path: string, init?: RequestInit & { as?: string }): Promise<Response>;
  person(name: string, ...grants: Grant[]): TestPerson;
  /** Asks for a ticket and opens the WebSocket; rejects with what the ticket's answer says. */
  socket(target: TicketRequest, person?: string): Promise<WebSocket>;
  /** Starts a simulated cluster and registers it. */
  addCluster(
    name: string,
    options?: SimulatedClusterOptions & { seed?: (cluster: SimulatedCluster) => void },
  ): Promise<{ id: string; cluster: SimulatedCluster }>;
  readonly modules: ReturnType<typeof createModules>;
  stop(): Promise<void>;
};

export const adminGrant: Grant = { role: 'admin' };
export const grantOn = (clusterId: string, role: Role, namespaces?: string[]): Grant => ({
  role,
  clusterId,
  ...(namespaces ? { namespaces } : {}),
});

/** The modules over real HTTP, on SQLite, with simulated clusters. Signing in is simulated; the policy is the real one. */
export async function startTestRig(
  options: {
    clock?: Clock;
    log?: Logger;
    monitorInterval?: number;
    localMode?: boolean;
    execLimits?: { idle?: number; absolute?: number };
  } = {},
): Promise<TestRig> {
  const { clock = systemClock, log = silentLogger } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-rig-'));
  const database = await openDatabase({ sqliteFile: join(folder, 'test.db'), log });
  await migrate(database, migrations, log);
  const doorbell = createLocalDoorbell(database);
  const events = createEventLog({ database, doorbell, clock });
  const modules = createModules({ database, doorbell, events, clock, log, folder, ...options });
  const people = new Map<string, { grants: Grant[]; access: AbortController }>([
    ['admin', { grants: [adminGrant], access: new AbortController() }],
  ]);
  const supervisor = createSupervisor({ log });
  const services = [modules.clusters, modules.resources].flatMap((module) => [
    ...(module.services ?? []),
    ...(module.workers ?? []),
  ]);
  await supervisor.start(services);
  const all: ServerModule[] = [modules.clusters, modules.resources, modules.events, modules.logs, modules.exec];
  const access = testAccess(people, modules.control);
  const { server, streams, url } = await startTestHttp({
    routes: all.flatMap((module) => module.routes ?? []),
    access,
    clock,
    prepare({ guard, app, mount }) {
      const sockets = createWebSocketGateway({
        guard,
        access,
        tickets: createTickets({ database, clock }),
        streams: createOpenStreams(),
        log,
        addressOf: () => '127.0.0.1',
      });
      sockets.add(all.flatMap((module) => module.webSockets ?? []));
      mount(sockets.routes());
      sockets.attach(app.server);
    },
  });
  const clusters: SimulatedCluster[] = [];
  const headersOf = (person: string) => ({ authorization: `Bearer ${person}` });
  const client = (person = 'admin') => createApiClient({ baseUrl: url, accessToken: async () => person });

  return {
    url,
    database,
    events,
    streams,
    modules,
    client,
    fetch: (path, { as = 'admin', headers, ...init } = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { ...headersOf(as), ...headers } }),
    async socket(target, person = 'admin') {
      const { url: path } = await client(person).call(streamRoutes.createTicket, {
        body: target as never,
      });
      return new WebSocket(`${url.replace('http', 'ws')}${path}`);
    },
    person(name, ...grants) {
      people.set(name, { grants, access: new AbortController() });
      return {
        name,
        grant(...next) {
          people.get(name)?.access.abort();
          people.set(name, { grants: next, access: new AbortController() });
        },
        revoke() {
          people.get(name)?.access.abort();
          people.set(name, { grants: [], access: new AbortController() });
        },
      };
    },
    async addCluster(name, { seed, ...simulation } = {}) {
      const cluster = createSimulatedCluster(simulation);
      clusters.push(cluster);
      seed?.(cluster);
      await cluster.listen(0);
      const registered = await client().call(clusterRoutes.createCluster, {
        body: { name, access: { type: 'kubeconfig', kubeconfig: cluster.kubeconfig() }, allowPrivateAddress: true },
      });
      return { id: registered.id, cluster };
    },
    async stop() {
      await streams.closeAll({ code: 'shutting_down', message: 'The test is over.', deadline: 1000 });
      await supervisor.stop();
      await server.close(1000);
      for (const cluster of clusters) await cluster.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type ModuleOptions = {
  database: Database;
  doorbell: ReturnType<typeof createLocalDoorbell>;
  events: EventLog;
  clock: Clock;
  log: Logger;
  folder: string;
  monitorInterval?: number;
  localMode?: boolean;
  execLimits?: { idle?: number; absolute?: number };
};

function createModules(options: ModuleOptions) {
  const { database, doorbell, events, clock, log, folder, monitorInterval = 3_600_000, localMode = false } = options;
  const directory = createClusterNames({ database, events, doorbell, log });
  const { audit } = createAuditLog({ database, clock });
  const hasher = {
    hash: async (text: string) => text,
    verify: async (hash: string, text: string) => hash === text,
  } as never;
  const identity = createIdentityModule({
    database,
    events,
    doorbell,
    clusters: directory,
    audit,
    clock,
    log,
    version: 'test',
    hasher,
    config: { local: false, data: folder } as never,
  });
  const { authorizer, roleBindings } = identity;
  const clusters = createClustersModule({
    database,
    events,
    leases: soleLeases,
    sealer: createSealer([{ id: 'test', bytes: randomBytes(32) }]),
    directory,
    authorizer,
    audit,
    roleBindings,
    clock,
    log,
    localMode,
    monitor: { interval: monitorInterval },
  });
  const { connections } = clusters;
  const resources = createResourcesModule({ directory, connections, authorizer, audit, clock, log });
  const { scopes, opener } = resources;
  return {
    directory,
    authorizer,
    identity,
    clusters,
    resources,
    events: createClusterEventsModule({ scopes, opener }),
    logs: createLogsModule({ directory, connections, clock }),
    exec: createExecModule({
      directory,
      connections,
      authorizer,
      audit,
      clock,
      log,
      ...(options.execLimits ? { limits: options.execLimits } : {}),
    }),
    control: createAccessControl({ cache: undefined as never, authorizer, clusters: directory, audit }),
  };
}

/** One process holds every lease. */
const soleLeases: Leases = {
  tryAcquire: async (name) => ({ name, fence: 1, signal: new AbortController().signal, release: async () => {} }),
  hold: async (name, { signal, work }) => work({ name, fence: 1, signal, release: async () => {} }),
};

function testAccess(
  people: ReadonlyMap<string, { grants: Grant[]; access: AbortController }>,
  control: AccessControl,
): AccessControl {
  const find = (name: string): Principal => {
    const found = people.get(name);
    if (!found) throw appError('not_signed_in', 'No such token.');
    const { grants, access } = found;
    return {
      kind: 'token',
      userId: name,
      email: `${name}@example.org`,
      name,
      credentialId: name,
      scope: 'write',
      grants,
      accessEnd: access.signal,
    };
  };
  return {
    authenticate: ({ authorization }) => (authorization ? find(authorization.replace(/^Bearer /, '')) : undefined),
    authorize: (principal, permission, params, request) => control.authorize(principal, permission, params, request),
    recall: async ({ userId }) => find(userId),
  };
}
