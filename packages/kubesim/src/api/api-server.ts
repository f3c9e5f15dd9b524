import { createServer, type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '@pilothouse/core';
import type { SimulatedUser } from '../access/simulated-user.ts';
import { passesFaults } from '../faults/fault-gate.ts';
import type { FaultSwitch } from '../faults/fault-switch.ts';
import { sendError, sendText } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { kubeError, statusOf } from './kube-error.ts';

export type ApiServerDeps = {
  faults: FaultSwitch;
  logger: Logger;
  tls: { key: string; certificate: string } | undefined;
  /** Who sends a request; throws 401. */
  authenticate(request: IncomingMessage): SimulatedUser;
  /** Throws 403. */
  authorize(exchange: Exchange): void;
  /** Answers a request; false when nothing is served at its path. */
  route(exchange: Exchange): Promise<boolean>;
  /** Takes over a WebSocket handshake; false when nothing is served at its path. */
  upgrade(exchange: Exchange, connection: { socket: Duplex; head: Buffer }): Promise<boolean>;
};

export type ApiServer = {
  readonly server: Server;
  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number>;
  close(): Promise<void>;
};

/** The HTTP side: authentication, faults, authorisation, routing, and errors as Status objects, in that order. */
export function createApiServer(deps: ApiServerDeps): ApiServer {
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => void handle(request, response);
  const server: Server =
    deps.tls === undefined
      ? createServer({ keepAliveTimeout: 90_000 }, listener)
      : createSecureServer({ key: deps.tls.key, cert: deps.tls.certificate, keepAliveTimeout: 90_000 }, listener);
  server.requestTimeout = 0;
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => void handleUpgrade(request, socket, head));

  function exchangeOf(request: IncomingMessage, response: ServerResponse, user: SimulatedUser): Exchange {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    return {
      request,
      response,
      path,
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
      user,
      warnings: [],
    };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => response.destroy());
    let exchange = exchangeOf(request, response, nobody);
    try {
      const isSwitch = exchange.path.startsWith('/_simulator/');
      if (!isSwitch && !(await passesFaults(exchange, deps.faults))) return;
      exchange = { ...exchange, user: deps.authenticate(request) };
      deps.authorize(exchange);
      if (!(await deps.route(exchange))) sendText(exchange, 404, '404 page not found\n');
    } catch (error) {
      deps.logger.debug('A request to the simulated cluster failed', { error, path: exchange.path });
      sendError(exchange, error);
    }
  }

  async function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const exchange = { ...exchangeOf(request, unusedResponse(request), deps.authenticate(request)) };
      deps.authorize(exchange);
      if (!(await deps.upgrade(exchange, { socket, head }))) throw kubeError.noSuchResource();
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  }

  return {
    server,
    listen(port, host) {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.removeListener('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      });
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

const nobody: SimulatedUser = { name: 'system:anonymous', rules: [] };

/** A handshake has no response object until it is accepted; handlers of upgrades only read the request. */
function unusedResponse(request: IncomingMessage): ServerResponse {
  return new ServerResponse(request);
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const status = statusOf(error);
  const body = JSON.stringify(status);
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
