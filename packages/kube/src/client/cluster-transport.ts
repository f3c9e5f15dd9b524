import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { appError, isAppError, type Logger, silentLogger } from '@pilothouse/core';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import type { ClusterConnection, ClusterCredentials } from '../kube-client.ts';
import { checkedLookup, checkLiteralHost } from './address-check.ts';
import { answerError, transportError, visible } from './cluster-error.ts';

/** Milliseconds. */
export type ClientTimeouts = {
  /** Until TCP and TLS stand (default 10,000). */
  connect?: number;
  /** Until a request without a stream is answered in full (default 30,000). */
  request?: number;
  /** Between two chunks of one page of a list or of any other answer (default 30,000). */
  idle?: number;
};

export type TransportRequest = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  accept?: string;
  contentType?: string;
  body?: string;
  signal?: AbortSignal | undefined;
  /** Until the head of the answer (default: the connection's request timeout). */
  timeout?: number | undefined;
  /** Between bytes of the body; 0 for none. */
  idleTimeout?: number | undefined;
  /** A stream that stays open: it gets a connection of its own. */
  longLived?: boolean;
  /** Called with each warning of the API server (RFC 7234 `Warning`, code 299), before the answer is read. */
  onWarning?: ((text: string) => void) | undefined;
  /** A large answer: gzip where that is faster than the wire. */
  bulk?: boolean;
};

export type Answer = { status: number; body: Readable };

/** Requests of one identity to one cluster; failures are AppErrors. */
export type ClusterTransport = {
  /** The head of a successful answer (status below 300) and its body. */
  send(request: TransportRequest): Promise<Answer>;
  /** As `send`, with the body as text, within one deadline and a cap on size. */
  text(request: TransportRequest, maxBytes?: number): Promise<string>;
  /** Headers that identify us, for connections made elsewhere (exec). `refresh` asks a token source for a new token. */
  identity(refresh?: boolean): Promise<Record<string, string | string[]>>;
  readonly timeouts: Required<ClientTimeouts>;
  readonly server: URL;
  close(): Promise<void>;
};

const maxErrorBody = 64 * 1024;
const defaultMaxText = 64 * 1024 * 1024;

export function createClusterTransport(
  connection: ClusterConnection,
  options: { log?: Logger | undefined; timeouts?: ClientTimeouts | undefined } = {},
): ClusterTransport {
  const server = serverUrl(connection.server);
  checkLiteralHost(server.hostname, connection.addresses);
  const log = options.log ?? silentLogger;
  const timeouts = { connect: 10_000, request: 30_000, idle: 30_000, ...options.timeouts };
  const prefix = server.pathname.replace(/\/+$/, '');
  const where = server.host + prefix;
  const pools = createPools(connection, server, timeouts);

  async function identity(refresh = false): Promise<Record<string, string | string[]>> {
    return { ...(await authorization(connection.credentials, refresh)), ...impersonation(connection) };
  }

  async function sendOnce(request: TransportRequest, refresh: boolean): Promise<Answer> {
    const { signal } = request;
    signal?.throwIfAborted();
    const pool = request.longLived ? pools.streams : pools.requests;
    const answer = await pool.request({
      method: request.method ?? 'GET',
      path: prefix + request.path,
      headers: {
        'user-agent': 'pilothouse',
        accept: request.accept ?? 'application/json',
        ...(request.contentType ? { 'content-type': request.contentType } : {}),
        ...(request.bulk && pools.isRemote() ? { 'accept-encoding': 'gzip' } : {}),
        ...(await identity(refresh)),
      },
      body: request.body ?? null,
      signal: signal ?? null,
      headersTimeout: request.timeout ?? timeouts.request,
      bodyTimeout: request.idleTimeout ?? timeouts.idle,
    });
    if (request.onWarning) for (const text of warningsOf(answer)) request.onWarning(text);
    if (answer.statusCode >= 200 && answer.statusCode < 300) {
      return { status: answer.statusCode, body: decoded(answer) };
    }
    throw answerError(
      {
        status: answer.statusCode,
        body: await readText(decoded(answer), maxErrorBody, true),
        retryAfter: headerOf(answer, 'retry-after'),
        location: headerOf(answer, 'location'),
      },
      where,
    );
  }

  async function send(request: TransportRequest): Promise<Answer> {
    try {
      return await sendOnce(request, false);
    } catch (error) {
      const failure = transportError(error, where);
      const mayRefresh = connection.credentials.type === 'token-source';
      if (!mayRefresh || !isAppError(failure) || failure.code !== 'cluster_unauthorized') throw failure;
      log.debug('the cluster refused the token, asking for a new one', { server: where });
    }
    try {
      return await sendOnce(request, true);
    } catch (error) {
      throw transportError(error, where);
    }
  }

  return {
    server,
    timeouts,
    identity,
    async send(request) {
      const answer = await send(request);
      return { status: answer.status, body: withKnownErrors(answer.body, where) };
    },
    async text(request, maxBytes = defaultMaxText) {
      const timeout = request.timeout ?? timeouts.request;
      const deadline = AbortSignal.timeout(timeout);
      const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
      try {
        const answer = await send({ ...request, signal, timeout: timeout + 1000 });
        return await readText(answer.body, maxBytes, false);
      } catch (error) {
        if (deadline.aborted && !request.signal?.aborted) {
          throw appError('cluster_timeout', `${where} did not answer within ${timeout} ms.`, { cause: error });
        }
        throw transportError(error, where);
      }
    },
    close: () => pools.close(),
  };
}

/** `299 - "text"`, several in one header or in several. */
function warningsOf(answer: Dispatcher.ResponseData): string[] {
  const header = [answer.headers.warning ?? []].flat().join(', ');
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    visible((match[1] ?? '').replace(/\\(.)/g, '$1'), 1000),
  );
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username || url.password) {
    throw appError('invalid_input', 'The server of a cluster is a URL such as https://host:6443, without a user name.');
  }
  return url;
}

/** The TLS and address options of each connection to a cluster, for undici and for WebSockets. */
export function socketOptions(connection: ClusterConnection): Record<string, unknown> {
  const { credentials } = connection;
  return {
    lookup: checkedLookup(connection.addresses),
    ...(connection.certificateAuthority ? { ca: connection.certificateAuthority } : {}),
    ...(connection.tlsServerName ? { servername: connection.tlsServerName } : {}),
    ...(connection.insecureSkipTlsVerify ? { rejectUnauthorized: false } : {}),
    ...(credentials.type === 'client-certificate' ? { cert: credentials.certificate, key: credentials.key } : {}),
  };
}

/**
 * One pool for requests and one for streams, so that a hundred open watches never make a request wait. HTTP/1.1 on purpose: a
 * stream that is read slowly then holds up nobody else.
 */
function createPools(connection: ClusterConnection, server: URL, timeouts: Required<ClientTimeouts>) {
  let remote = false;
  const connectPlain = buildConnector({
    ...socketOptions(connection),
    allowH2: false,
    timeout: timeouts.connect,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  });
  const connect: buildConnector.connector = (options, callback) => {
    const hostname = options.hostname.startsWith('[') ? options.hostname.slice(1, -1) : options.hostname;
    connectPlain({ ...options, hostname }, (...result) => {
      const [error, socket] = result;
      if (error) return callback(error, null);
      remote = !isNearby(socket.remoteAddress ?? '');
      return callback(null, socket);
    });
  };
  const common: Pool.Options = { connect, allowH2: false, keepAliveTimeout: 30_000, maxHeaderSize: 64 * 1024 };
  const requests = new Pool(server.origin, { ...common, connections: 32 });
  const streams = new Pool(server.origin, { ...common, connections: null });
  return {
    requests,
    streams,
    /** Whether the last connection left this machine and its private networks, so that compressing pays. */
    isRemote: () => remote,
    async close() {
      await Promise.all([requests.destroy(), streams.destroy()]);
    },
  };
}

function isNearby(address: string): boolean {
  return /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^(::1$|f[cd])/i.test(address);
}

async function authorization(credentials: ClusterCredentials, refresh: boolean): Promise<Record<string, string>> {
  switch (credentials.type) {
    case 'token':
      return { authorization: `Bearer ${credentials.token}` };
    case 'token-source':
      return { authorization: `Bearer ${await credentials.token({ refresh })}` };
    case 'basic': {
      const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    default:
      return {};
  }
}

/** An empty user would silently run as ourselves (as in CVE-2026-23990), so it is refused. */
function impersonation({ impersonate }: ClusterConnection): Record<string, string | string[]> {
  if (!impersonate) return {};
  if (impersonate.user === '') throw appError('invalid_input', 'Impersonation needs a user name.');
  return {
    'impersonate-user': impersonate.user,
    ...(impersonate.groups.length > 0 ? { 'impersonate-group': [...impersonate.groups] } : {}),
    ...(impersonate.uid ? { 'impersonate-uid': impersonate.uid } : {}),
  };
}

function headerOf(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function decoded(answer: Dispatcher.ResponseData): Readable {
  if (headerOf(answer, 'content-encoding') !== 'gzip') return answer.body;
  const gunzip = createGunzip();
  answer.body.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => answer.body.destroy());
  return answer.body.pipe(gunzip);
}

/** Reads a body as text up to a cap; beyond it the rest is cut off or refused. */
async function readText(body: Readable, maxBytes: number, cut: boolean): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total <= maxBytes) {
      chunks.push(chunk);
      continue;
    }
    body.destroy();
    if (cut) break;
    throw appError('cluster_bad_answer', `The cluster's answer is larger than ${maxBytes} bytes.`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The same bytes in a stream whose errors are AppErrors. Reading it slowly holds the cluster's side back. */
function withKnownErrors(body: Readable, where: string): Readable {
  const out = new Readable({
    highWaterMark: 128 * 1024,
    read: () => body.resume(),
    destroy(error, done) {
      body.destroy();
      done(error);
    },
  });
  const fail = (error: unknown): void => {
    out.destroy(transportError(error, where) as Error);
  };
  body.on('data', (chunk: Buffer) => {
    if (!out.push(chunk)) body.pause();
  });
  body.once('end', () => out.push(null));
  body.on('error', fail);
  body.once('close', () => {
    if (!body.readableEnded && !out.destroyed) fail(new Error('the answer broke off'));
  });
  return out;
}
