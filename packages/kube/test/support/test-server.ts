import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type ClientTimeouts, type ClusterConnection, createKubeClient, type KubeClient } from '@pilothouse/kube';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A throw-away HTTP(S) server on a free port; it and its connections are gone when the test is over. */
export async function startServer(handler: Handler, tls?: Certificate): Promise<string> {
  const listener: RequestListener = handler;
  const server: Server = tls ? createSecure({ cert: tls.certificate, key: tls.key }, listener) : createPlain(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
}

/** A client of a server, closed when the test is over. */
export function clientOf(
  server: string,
  connection: Partial<ClusterConnection> = {},
  timeouts?: ClientTimeouts,
): KubeClient {
  const full: ClusterConnection = { server, credentials: { type: 'none' }, addresses: 'any', ...connection };
  const client = createKubeClient(full, timeouts ? { timeouts } : {});
  onTestFinished(() => client.close());
  return client;
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

export function failure(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}
