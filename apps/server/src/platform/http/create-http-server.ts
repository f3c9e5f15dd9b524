import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import fastifyCookie from '@fastify/cookie';
import type { Route, RoutePermission } from '@pilothouse/contract';
import { appError, type Clock, isAppError, type Logger, messageOf, systemClock } from '@pilothouse/core';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { networkList } from '../config/config-faults.ts';
import type { ServerConfig } from '../config/config-schema.ts';
import type { OpenStreams } from '../streams/open-streams.ts';
import type { AccessControl } from './access-control.ts';
import { addBaseHeaders } from './base-headers.ts';
import { mountRoute } from './contract-routes.ts';
import type { Idempotency } from './idempotency.ts';
import { createOriginGuard, type OriginGuard } from './origin-guard.ts';
import type { Principal } from './principal.ts';
import { appErrorOf, problemOf } from './problem.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import type { RouteImplementation } from './route-implementation.ts';
import { securityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    signedIn: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** Who may call the route. One without is refused when it is registered, and again when it is called. */
    permission?: RoutePermission;
    rateLimit?: Route['rateLimit'];
    operation?: string;
    /** Answers under any Host: probes come by address. */
    anyHost?: boolean;
    /** Not counted against the rate: files of the web app. */
    unlimited?: boolean;
  }
}

export type HttpServerConfig = Pick<
  ServerConfig,
  | 'host'
  | 'port'
  | 'local'
  | 'allowedHosts'
  | 'publicUrl'
  | 'trustedProxies'
  | 'tlsCertificate'
  | 'tlsKey'
  | 'requestsPerSecond'
  | 'accessLog'
>;

export type RequestObserver = (observed: {
  operation: string;
  method: string;
  status: number;
  seconds: number;
}) => void;

export type HttpServerOptions = {
  config: HttpServerConfig;
  log: Logger;
  access: AccessControl;
  streams: OpenStreams;
  clock?: Clock;
  idempotency?: Idempotency;
  observe?: RequestObserver;
  /** Checks every answer against its route; for tests. */
  checkResponses?: boolean;
};

export type HttpServer = {
  /** For what is no operation of the contract. Every route needs `config.permission`. */
  readonly app: FastifyInstance;
  readonly guard: OriginGuard;
  mount(implementations: readonly RouteImplementation[]): void;
  /** Answers what no route answers; default: 404. Gives true when it did. */
  setFallback(fallback: (request: FastifyRequest, reply: FastifyReply) => boolean | Promise<boolean>): void;
  /** Gives the address it listens on, without a path. */
  listen(): Promise<string>;
  /** Takes no more requests, waits for those that run, and cuts what is left after the deadline (milliseconds). */
  close(deadline?: number): Promise<void>;
};

export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { config, log, access, streams, clock = systemClock, idempotency, checkResponses } = options;
  const https = Boolean(config.tlsCertificate);
  const stopping = new AbortController();
  const guard = createOriginGuard(config);
  const limits = createRateLimits({ requestsPerSecond: config.requestsPerSecond, clock });
  const app = createFastify(config);
  let fallback: (request: FastifyRequest, reply: FastifyReply) => boolean | Promise<boolean> = () => false;

  app.removeContentTypeParser('text/plain');
  app.decorateRequest('signedIn', undefined);
  refuseUndeclared(app);
  addBaseHeaders(app, securityHeaders({ https: https || Boolean(config.publicUrl?.startsWith('https:')) }));
  admit(app, { guard, limits, access });
  answerErrors(app, log);
  logRequests(app, { log, config, ...(options.observe ? { observe: options.observe } : {}) });
  app.setNotFoundHandler(async (request, reply) => {
    if (await fallback(request, reply)) return reply;
    throw appError('not_found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`);
  });

  const server: HttpServer = {
    app,
    guard,
    mount(implementations) {
      const deps = { access, log, streams, stopping: stopping.signal, idempotency, checkResponses };
      const [withCookies, others] = partition(implementations, ({ route }) => route.tag === 'identity');
      for (const implementation of others) mountRoute(app, implementation, deps);
      // Only sign-in has cookies; nobody else shall pay for reading them.
      void app.register((scope, _, done) => {
        void scope.register(fastifyCookie).after(() => {
          for (const implementation of withCookies) mountRoute(scope, implementation, deps);
        });
        done();
      });
    },
    setFallback(next) {
      fallback = next;
    },
    async listen() {
      await app.listen({ host: config.host, port: config.port });
      const { address, port, family } = app.server.address() as AddressInfo;
      return `${https ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    },
    async close(deadline = 10_000) {
      const cut = setTimeout(() => {
        log.warn('requests still run after the deadline and are cut', { deadline });
        app.server.closeAllConnections();
      }, deadline);
      stopping.abort(appError('shutting_down', 'The server is stopping.', { retryAfterSeconds: 5 }));
      await app.close();
      clearTimeout(cut);
    },
  };
  return server;
}

function partition<T>(all: readonly T[], test: (each: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((each) => !test(each))];
}

function createFastify(config: HttpServerConfig): FastifyInstance {
  const proxies = networkList(config.trustedProxies);
  const run = `${Date.now().toString(36)}-${process.pid.toString(36)}`;
  let requests = 0;
  const tls = readTls(config);
  return Fastify({
    ...tls,
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false },
    trustProxy:
      config.trustedProxies.length > 0
        ? (address: string) => proxies.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
        : false,
    requestIdHeader: false,
    genReqId: () => {
      requests += 1;
      return `${run}-${requests.toString(36)}`;
    },
  }) as unknown as FastifyInstance;
}

function readTls({ tlsCertificate, tlsKey }: HttpServerConfig): { https?: { cert: Buffer; key: Buffer } } {
  if (!tlsCertificate || !tlsKey) return {};
  try {
    const [cert, key] = [readFileSync(tlsCertificate), readFileSync(tlsKey)];
    createSecureContext({ cert, key });
    return { https: { cert, key } };
  } catch (cause) {
    throw appError('invalid_config', `tlsCertificate and tlsKey cannot be used: ${messageOf(cause)}`, { cause });
  }
}

/** Default deny, first half: a route that does not say who may call it is not registered. */
function refuseUndeclared(app: FastifyInstance): void {
  app.addHook('onRoute', ({ config, method, url }) => {
    if (!config?.permission) throw new Error(`The route ${String(method)} ${url} declares no permission.`);
  });
}

type Gate = { guard: OriginGuard; limits: RateLimits; access: AccessControl };

/** Default deny, second half, before the body is read: the right Host and Origin, not too often, and somebody where somebody is needed. */
function admit(app: FastifyInstance, { guard, limits, access }: Gate): void {
  function letIn(request: FastifyRequest, principal: Principal | undefined): void {
    if (!principal) throw appError('not_signed_in', 'Sign in first.');
    request.signedIn = principal;
    limitRate(request);
  }

  function limitRate(request: FastifyRequest): void {
    const { config } = request.routeOptions;
    if (!config.unlimited) limits.check(config, request.signedIn, request.ip);
  }

  function refuse(request: FastifyRequest, error: unknown): never {
    if (isAppError(error) && error.kind === 'unauthenticated') limits.checkRefused(request.ip);
    throw error;
  }

  /** Gives a promise only when somebody has to be looked up. */
  function check(request: FastifyRequest): void | Promise<void> {
    const { config } = request.routeOptions;
    const { host, origin, authorization, cookie } = request.headers;
    if (!config?.anyHost) guard.checkHost(host);
    if (request.method !== 'GET' && request.method !== 'HEAD') guard.checkOrigin(origin, host);
    if (request.is404) return;
    if (!config?.permission) throw appError('permission_denied', 'This route is open to nobody.');
    if (config.permission.level === 'public') return limitRate(request);
    let found: ReturnType<AccessControl['authenticate']>;
    try {
      found = access.authenticate({ authorization, cookie, address: request.ip });
    } catch (error) {
      return refuse(request, error);
    }
    if (!(found instanceof Promise)) return letIn(request, found);
    return found.catch((error: unknown) => refuse(request, error)).then((principal) => letIn(request, principal));
  }

  app.addHook('onRequest', (request, _, done) => {
    try {
      const checked = check(request);
      if (checked instanceof Promise) checked.then(() => done(), done);
      else done();
    } catch (error) {
      done(error as Error);
    }
  });
}

function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = appErrorOf(thrown);
    if (error.kind === 'internal')
      log.error('request failed', {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        error: error.cause ?? error,
      });
    else if (error.kind === 'unavailable')
      log.warn('request could not be served', {
        requestId: request.id,
        code: error.code,
        error: messageOf(error.cause ?? error),
      });
    const { status, headers, body } = problemOf(error, request.id);
    return reply.code(status).headers(headers).send(JSON.stringify(body));
  });
}

type RequestLogging = { log: Logger; config: HttpServerConfig; observe?: RequestObserver };

const slowAfter = 1000;

function logRequests(app: FastifyInstance, { log, config, observe }: RequestLogging): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime } = reply;
    const operation =
      request.routeOptions.config?.operation ?? (request.is404 ? 'none' : (request.routeOptions.url ?? 'none'));
    observe?.({ operation, method: request.method, status, seconds: elapsedTime / 1000 });
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const notable =
      config.accessLog === 'all' ||
      (config.accessLog === 'changes' && (!isRead || status >= 500 || elapsedTime > slowAfter));
    if (notable)
      log.info('request', {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        status,
        milliseconds: Math.round(elapsedTime),
        address: request.ip,
        ...(request.signedIn ? { userId: request.signedIn.userId } : {}),
      });
    done();
  });
}
