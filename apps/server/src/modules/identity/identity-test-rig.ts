import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem, Session } from '@pilothouse/contract';
import { appError, type Clock, createSupervisor, type Service, silentLogger } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import { createDeadLetters } from '../../platform/events/dead-letters.ts';
import { createLocalDoorbell, type Doorbell } from '../../platform/events/doorbell.ts';
import { createEventLog } from '../../platform/events/event-log.ts';
import type { RouteImplementation } from '../../platform/http/route-implementation.ts';
import { startTestHttp } from '../../platform/http/test-http.ts';
import { createOpenStreams } from '../../platform/streams/open-streams.ts';
import { createTickets } from '../../platform/streams/tickets.ts';
import type { WebSocketEndpoint } from '../../platform/streams/web-socket-endpoint.ts';
import { createWebSocketGateway } from '../../platform/streams/web-socket-gateway.ts';
import { createAuditLog, createAuditModule } from '../audit/audit-module.ts';
import { createIdentityModule, type IdentityModuleDeps } from './identity-module.ts';

export const goodPassword = 'a bicycle in the harbour';

/** A clock that tests move. `sleep` waits for real, so that services go on. */
export function createTestClock(
  start = Date.parse('2026-11-21T10:00:00Z'),
): Clock & { advance(milliseconds: number): void } {
  let offset = start - Date.now();
  return {
    now: () => Date.now() + offset,
    advance(milliseconds) {
      offset += milliseconds;
    },
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(milliseconds, 50));
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      });
    },
  };
}

export type Answer<T = unknown> = { status: number; body: T; headers: Headers };

export type CallOptions = {
  method?: string;
  body?: unknown;
  token?: string | undefined;
  cookie?: string | undefined;
  headers?: Record<string, string>;
};

export type IdentityRig = Awaited<ReturnType<typeof startIdentity>>;

export type IdentityRigOptions = {
  config?: Partial<IdentityModuleDeps['config']>;
  clock?: Clock;
  doorbell?: Doorbell;
  routes?: readonly RouteImplementation[];
  /** What runs besides the services of identity. */
  services?: readonly Service[];
  webSockets?: readonly WebSocketEndpoint[];
};

const clusters = ['alpha', 'beta'].map((name) => ({ id: `id-of-${name}`, name }));
const findCluster = (nameOrId: string) => clusters.find(({ id, name }) => id === nameOrId || name === nameOrId);

/** The identity and audit modules behind a real HTTP server, on a database that stays when this replica goes. */
export async function startIdentity(database: Database, options: IdentityRigOptions = {}) {
  const clock = options.clock ?? createTestClock();
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-identity-'));
  const doorbell = options.doorbell ?? createLocalDoorbell(database);
  const events = createEventLog({ database, doorbell, clock });
  const { audit, store } = createAuditLog({ database, clock });
  const identity = createIdentityModule({
    database,
    events,
    doorbell,
    audit,
    clock,
    log: silentLogger,
    version: '0.0.0-test',
    clusters: {
      find: findCluster,
      async resolve(nameOrId) {
        const found = findCluster(nameOrId);
        if (found) return found;
        throw appError('not_found', 'There is nothing of that name, or nothing you may see.');
      },
    },
    config: { local: false, data: folder, ...options.config },
  });
  const deadLetters = createDeadLetters({ database, doorbell, clock });
  const auditModule = createAuditModule({ audit, store, events, deadLetters, authorizer: identity.authorizer });
  const http = await startTestHttp({
    access: identity.access,
    routes: [...(identity.routes ?? []), ...(auditModule.routes ?? []), ...(options.routes ?? [])],
    prepare: ({ app, guard, mount }) => {
      const tickets = createTickets({ database, clock });
      const { access } = identity;
      const streams = createOpenStreams();
      const gateway = createWebSocketGateway({
        guard,
        access,
        tickets,
        streams,
        log: silentLogger,
        addressOf: () => '',
      });
      gateway.add(options.webSockets ?? []);
      mount(gateway.routes());
      gateway.attach(app.server);
    },
  });
  const supervisor = createSupervisor({ log: silentLogger });
  await supervisor.start([...(options.services ?? []), ...(identity.services ?? [])]);

  async function call<T = unknown>(
    path: string,
    { method, body, token, cookie, headers }: CallOptions = {},
  ): Promise<Answer<T>> {
    const response = await fetch(http.url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie: `pilothouse_refresh=${cookie}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
      headers: response.headers,
    };
  }

  async function setUp(email = 'admin@example.org'): Promise<SignedIn> {
    const token = (await identity.startPath())?.split('token=')[1];
    return signedIn(
      await call<Session>('/api/v1/setup', { body: { token, email, name: 'Admin', password: goodPassword } }),
    );
  }

  async function signIn(email: string, password = goodPassword): Promise<SignedIn> {
    return signedIn(await call<Session>('/api/v1/auth/sign-in', { body: { email, password } }));
  }

  /** A user with an account and, when a role is given, that role. */
  async function addUser(admin: SignedIn, email: string, role?: string): Promise<SignedIn> {
    const { token } = admin;
    const created = await call('/api/v1/users', { token, body: { email, name: email, password: goodPassword } });
    if (created.status !== 201) throw new Error(`${created.status} ${JSON.stringify(created.body)}`);
    if (role !== undefined) await call('/api/v1/role-bindings', { token, body: { user: email, role } });
    return signIn(email);
  }

  return {
    url: http.url,
    clock,
    folder,
    events,
    audit,
    identity,
    auditModule,
    database,
    call,
    problem: (path: string, options?: CallOptions) => call<Problem>(path, options),
    setUp,
    signIn,
    addUser,
    refresh: (cookie: string | undefined) =>
      call<Session & Problem>('/api/v1/auth/refresh', { method: 'POST', cookie }),
    async stop() {
      await supervisor.stop();
      await http.server.close(500);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type SignedIn = { token: string; cookie: string; userId: string };

export function signedIn({ status, body, headers }: Answer<Session>): SignedIn {
  if (status >= 300) throw new Error(`Signing in failed: ${status} ${JSON.stringify(body)}`);
  return { token: body.accessToken, cookie: refreshTokenOf(headers) ?? '', userId: body.user.id };
}

export function refreshTokenOf(headers: Headers): string | undefined {
  return /^pilothouse_refresh=([^;]*)/.exec(headers.getSetCookie()[0] ?? '')?.[1] || undefined;
}
