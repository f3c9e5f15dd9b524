import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { routes, type TicketRequest } from '@pilothouse/contract';
import { appError, type Clock, isAppError, type Logger, messageOf, systemClock, uuid7 } from '@pilothouse/core';
import { WebSocketServer } from 'ws';
import type { AccessControl } from '../http/access-control.ts';
import type { OriginGuard } from '../http/origin-guard.ts';
import type { Principal } from '../http/principal.ts';
import { appErrorOf, problemOf } from '../http/problem.ts';
import { implement, type RouteImplementation } from '../http/route-implementation.ts';
import type { OpenStreams } from './open-streams.ts';
import type { Tickets } from './tickets.ts';
import { createWebSocketConnection, type WebSocketLimits } from './web-socket-connection.ts';
import type { WebSocketEndpoint } from './web-socket-endpoint.ts';

export type WebSocketGatewayDeps = {
  guard: OriginGuard;
  access: AccessControl;
  tickets: Tickets;
  streams: OpenStreams;
  log: Logger;
  clock?: Clock;
  /** The client's address as the proxies in front give it. */
  addressOf(request: IncomingMessage): string;
  limits?: Partial<WebSocketLimits>;
};

/** Opens WebSockets for whoever brings a ticket, and issues the tickets. */
export type WebSocketGateway = {
  add(endpoints: readonly WebSocketEndpoint[]): void;
  /** Takes over the upgrade requests of a server. */
  attach(server: Server): void;
  routes(): RouteImplementation[];
};

const largestMessage = 1024 * 1024;

export function createWebSocketGateway(deps: WebSocketGatewayDeps): WebSocketGateway {
  const { guard, access, tickets, streams, log, clock = systemClock, addressOf } = deps;
  const endpoints = new Map<string, WebSocketEndpoint>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
    clientTracking: false,
  });

  function endpointFor(path: string): WebSocketEndpoint {
    const endpoint = endpoints.get(path);
    if (!endpoint) throw appError('not_found', 'There is no WebSocket of that path.');
    return endpoint;
  }

  type Admitted = { endpoint: WebSocketEndpoint; principal: Principal; target: TicketRequest };

  async function admit(request: IncomingMessage): Promise<Admitted> {
    const { host, origin } = request.headers;
    guard.checkHost(host);
    guard.checkOrigin(origin, host);
    const url = new URL(request.url ?? '/', 'http://server');
    const endpoint = endpointFor(url.pathname);
    const redeemed = await tickets.redeem(url.searchParams.get('ticket') ?? '', url.pathname);
    const principal = await access.recall(redeemed.principal);
    await endpoint.authorize(principal, redeemed.target);
    return { endpoint, principal, target: redeemed.target };
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const requestId = uuid7();
    // A client that leaves while it is being admitted must not end the process.
    const ignore = () => {};
    socket.on('error', ignore);
    try {
      const admitted = await admit(request);
      if (socket.destroyed) return;
      server.handleUpgrade(request, socket, head, (webSocket) => {
        socket.off('error', ignore);
        const address = addressOf(request);
        const ownLog = log.with({ requestId, path: admitted.endpoint.path, userId: admitted.principal.userId });
        const { endpoint, principal, target } = admitted;
        try {
          const connection = createWebSocketConnection(
            { socket: webSocket, principal, target, requestId, address, log: ownLog },
            { streams, clock, ...(deps.limits ? { limits: deps.limits } : {}) },
          );
          void converse(endpoint, connection, ownLog);
        } catch (error) {
          webSocket.close(1013, reasonOf(error));
        }
      });
    } catch (error) {
      refuse(socket, error, requestId);
    }
  }

  async function converse(
    endpoint: WebSocketEndpoint,
    connection: ReturnType<typeof createWebSocketConnection>,
    ownLog: Logger,
  ): Promise<void> {
    try {
      await endpoint.open(connection);
      connection.close(1000, '');
    } catch (error) {
      if (connection.signal.aborted) return;
      if (!isAppError(error)) ownLog.error('a WebSocket failed', { error });
      connection.close(isAppError(error) && error.kind !== 'internal' ? 1008 : 1011, reasonOf(error));
    }
  }

  return {
    add(more) {
      for (const endpoint of more) endpoints.set(endpoint.path, endpoint);
    },
    attach(httpServer) {
      httpServer.on('upgrade', (request, socket, head) => void upgrade(request, socket, head));
    },
    routes: () => [
      implement(routes.createTicket, async ({ body, context }) => {
        const target = body as TicketRequest;
        await endpointFor(target.path).authorize(context.principal, target);
        const { ticket, expiresAt } = await tickets.issue(context.principal, target);
        return { ticket, url: `${target.path}?ticket=${ticket}`, expiresAt };
      }),
    ],
  };
}

/** A close reason holds 123 bytes (RFC 6455, 5.5). */
function reasonOf(error: unknown): string {
  const text = isAppError(error) ? `${error.code}: ${messageOf(error)}` : 'internal: something went wrong on our side';
  return Buffer.from(text)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}

function refuse(socket: Duplex, thrown: unknown, requestId: string): void {
  const { status, headers, body } = problemOf(appErrorOf(thrown), requestId);
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}
