import type { RoutePermission } from '@pilothouse/contract';
import { appError, type Clock, silentLogger } from '@pilothouse/core';
import { createOpenStreams, type OpenStreams } from '../streams/open-streams.ts';
import type { AccessControl } from './access-control.ts';
import { createHttpServer, type HttpServer, type HttpServerConfig } from './create-http-server.ts';
import type { Idempotency } from './idempotency.ts';
import type { Principal } from './principal.ts';
import type { RouteImplementation } from './route-implementation.ts';

export const testHttpConfig: HttpServerConfig = {
  host: '127.0.0.1',
  port: 0,
  local: false,
  allowedHosts: [],
  trustedProxies: [],
  requestsPerSecond: 100_000,
  accessLog: 'off',
};

/** Somebody whose token is `name`; `end` takes the access away. */
export function createTestPrincipal(name: string): Principal & { end(): void } {
  const access = new AbortController();
  return {
    kind: 'token',
    userId: name,
    email: `${name}@example.org`,
    name,
    credentialId: `token-${name}`,
    scope: 'write',
    grants: [],
    accessEnd: access.signal,
    end: () => access.abort(),
  };
}

export type TestAccess = AccessControl & { readonly asked: RoutePermission[] };

/** `Bearer <name>` signs in each of the people; `forbidden` may do nothing. */
export function createTestAccess(people: readonly Principal[]): TestAccess {
  const asked: RoutePermission[] = [];
  const find = (name: string | undefined) => {
    const found = people.find((person) => person.name === name && !person.accessEnd.aborted);
    if (!found) throw appError('not_signed_in', 'No such token.');
    return found;
  };
  return {
    asked,
    authenticate: ({ authorization }) => (authorization ? find(authorization.replace(/^Bearer /, '')) : undefined),
    authorize(principal, permission) {
      asked.push(permission);
      if (principal.name === 'forbidden') throw appError('permission_denied', 'No.', { extra: { permission: 'x:y' } });
    },
    recall: async ({ userId }) => find(userId),
  };
}

export type TestHttp = { server: HttpServer; streams: OpenStreams; url: string };

export type TestHttpOptions = {
  routes: readonly RouteImplementation[];
  access?: AccessControl;
  config?: Partial<HttpServerConfig>;
  clock?: Clock;
  idempotency?: Idempotency;
  prepare?: (server: HttpServer) => void | Promise<void>;
};

export async function startTestHttp(options: TestHttpOptions): Promise<TestHttp> {
  const { routes, config, clock, idempotency, prepare } = options;
  const streams = createOpenStreams();
  const server = await createHttpServer({
    config: { ...testHttpConfig, ...config },
    log: silentLogger,
    access: options.access ?? createTestAccess([createTestPrincipal('alice')]),
    streams,
    checkResponses: true,
    ...(clock ? { clock } : {}),
    ...(idempotency ? { idempotency } : {}),
  });
  server.mount(routes);
  await prepare?.(server);
  return { server, streams, url: await server.listen() };
}
