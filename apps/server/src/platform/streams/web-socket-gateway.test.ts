import { once } from 'node:events';
import { connect } from 'node:net';
import { appError, silentLogger } from '@pilothouse/core';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { describeDatabases } from '../database/test-databases.ts';
import { createTestAccess, createTestPrincipal, startTestHttp, type TestHttp } from '../http/test-http.ts';
import { createTickets } from './tickets.ts';
import type { WebSocketLimits } from './web-socket-connection.ts';
import { type WebSocketEndpoint, webSocketEndpoint } from './web-socket-endpoint.ts';
import { createWebSocketGateway } from './web-socket-gateway.ts';

describeDatabases('a WebSocket', (use) => {
  const running: TestHttp[] = [];
  const clients: WebSocket[] = [];
  let now = Date.now();
  const clock = { now: () => now, sleep: async () => {} };

  afterEach(async () => {
    for (const client of clients.splice(0)) client.terminate();
    for (const http of running.splice(0)) await http.server.close(100);
    now = Date.now();
  });

  const alice = createTestPrincipal('alice');
  const echo = webSocketEndpoint({
    path: '/ws/watch',
    authorize() {},
    open: (connection) =>
      new Promise((resolve) => {
        connection.socket.on('message', (data) => connection.send(`${connection.principal.name} ${String(data)}`));
        connection.signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  });

  async function start(
    endpoints: readonly WebSocketEndpoint[] = [echo],
    options: { limits?: Partial<WebSocketLimits>; people?: (typeof alice)[] } = {},
  ) {
    const { database } = use();
    const access = createTestAccess(options.people ?? [alice, createTestPrincipal('forbidden')]);
    const http = await startTestHttp({
      access,
      routes: [],
      prepare(server) {
        const tickets = createTickets({ database, clock });
        const gateway = createWebSocketGateway({
          guard: server.guard,
          access,
          tickets,
          streams,
          log: silentLogger,
          addressOf: () => '::1',
          ...(options.limits ? { limits: options.limits } : {}),
        });
        gateway.add(endpoints);
        gateway.attach(server.app.server);
        server.mount(gateway.routes());
      },
    });
    running.push(http);
    return http;
  }
  // The books are the gateway's; each test's server has its own besides.
  const streams = { add: () => () => {}, count: () => 0, closeAll: async () => {} };

  async function ticket(http: TestHttp, body: object = { path: '/ws/watch' }, as = 'alice'): Promise<string> {
    const answer = await fetch(`${http.url}/api/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const result = (await answer.json()) as { url?: string; code?: string };
    if (!result.url) throw new Error(result.code);
    return result.url;
  }

  function open(http: TestHttp, path: string, headers: Record<string, string> = {}): WebSocket {
    const client = new WebSocket(http.url.replace('http', 'ws') + path, { headers });
    client.on('error', () => {});
    clients.push(client);
    return client;
  }

  async function refusal(client: WebSocket): Promise<{ status: number | undefined; code: string }> {
    const [, answer] = (await once(client, 'unexpected-response')) as [unknown, import('node:http').IncomingMessage];
    const chunks = await Array.fromAsync(answer);
    return { status: answer.statusCode, code: (JSON.parse(Buffer.concat(chunks).toString()) as { code: string }).code };
  }

  it('opens once with a ticket, and never again with the same', async () => {
    const http = await start();
    const path = await ticket(http);
    const client = open(http, path);
    await once(client, 'open');
    client.send('hello');
    const [data] = await once(client, 'message');
    expect(String(data)).toBe('alice hello');
    expect(await refusal(open(http, path))).toEqual({ status: 401, code: 'ticket_invalid' });
  });

  it('takes a ticket that another replica gave out', async () => {
    const [first, second] = [await start(), await start()];
    const client = open(second, await ticket(first));
    await once(client, 'open');
  });

  it('refuses a ticket that is old, of another path, or made up, and a page of another site', async () => {
    const http = await start([echo, webSocketEndpoint({ path: '/ws/exec', authorize() {}, open: async () => {} })]);
    const old = await ticket(http);
    now += 30_001;
    expect(await refusal(open(http, old))).toEqual({ status: 401, code: 'ticket_invalid' });
    const other = (await ticket(http)).replace('/ws/watch', '/ws/exec');
    expect(await refusal(open(http, other))).toEqual({ status: 401, code: 'ticket_invalid' });
    expect(await refusal(open(http, '/ws/watch?ticket=guess'))).toEqual({ status: 401, code: 'ticket_invalid' });
    expect(await refusal(open(http, '/ws/nothing'))).toEqual({ status: 404, code: 'not_found' });
    expect(await refusal(open(http, await ticket(http), { origin: 'https://evil.example' }))).toEqual({
      status: 403,
      code: 'origin_refused',
    });
    expect(await refusal(open(http, await ticket(http), { host: 'evil.example' }))).toEqual({
      status: 403,
      code: 'origin_refused',
    });
    const ours = open(http, await ticket(http), { origin: http.url });
    await once(ours, 'open');
  });

  it('is authorised when the ticket is issued and again when it is used', async () => {
    const bob = createTestPrincipal('bob');
    let open_ = true;
    const guarded = webSocketEndpoint({
      path: '/ws/watch',
      authorize() {
        if (!open_) throw appError('permission_denied', 'No.');
      },
      open: async () => {},
    });
    const http = await start([guarded], { people: [alice, bob] });
    const [first, second] = [await ticket(http), await ticket(http, { path: '/ws/watch' }, 'bob')];
    open_ = false;
    await expect(ticket(http)).rejects.toThrow('permission_denied');
    expect(await refusal(open(http, first))).toEqual({ status: 403, code: 'permission_denied' });
    open_ = true;
    bob.end();
    expect(await refusal(open(http, second))).toEqual({ status: 401, code: 'not_signed_in' });
  });

  it('closes with a reason when access ends, the endpoint fails, or the client does not read', async () => {
    const carol = createTestPrincipal('carol');
    const flood = webSocketEndpoint({
      path: '/ws/watch',
      authorize() {},
      async open(connection) {
        connection.socket.on('message', () => {
          for (let index = 0; index < 200; index += 1) connection.send('x'.repeat(100_000));
        });
        await new Promise<void>((resolve) =>
          connection.signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      },
    });
    const failing = webSocketEndpoint({
      path: '/ws/exec',
      authorize() {},
      open: () => Promise.reject(appError('cluster_unreachable', 'The cluster did not answer.')),
    });
    const http = await start([flood, failing], {
      people: [alice, carol],
      limits: { bufferLimit: 200_000, closeDeadline: 300 },
    });
    const mine = open(http, await ticket(http, { path: '/ws/watch' }, 'carol'));
    await once(mine, 'open');
    carol.end();
    expect((await once(mine, 'close')).map(String)).toEqual(['1008', expect.stringContaining('access_changed: ')]);

    const broken = open(http, await ticket(http, { path: '/ws/exec', cluster: 'a', namespace: 'b', pod: 'c' }));
    expect((await once(broken, 'close')).map(String)).toEqual([
      '1008',
      'cluster_unreachable: The cluster did not answer.',
    ]);

    const slow = open(http, await ticket(http));
    await once(slow, 'open');
    slow.send('go');
    slow.pause();
    await new Promise((resolve) => setTimeout(resolve, 50));
    slow.resume();
    const [status] = (await once(slow, 'close')) as [number];
    expect([1013, 1006]).toContain(status);
  });

  it('gives up on a client that answers no ping', async () => {
    let connection: { signal: AbortSignal } | undefined;
    const quiet = webSocketEndpoint({
      path: '/ws/watch',
      authorize() {},
      open(opened) {
        connection = opened;
        return new Promise((resolve) => opened.signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    });
    const http = await start([quiet], { limits: { pingInterval: 30 } });
    const { port } = new URL(http.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const path = await ticket(http);
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
    );
    await expect.poll(() => connection?.signal.aborted).toBe(true);
    socket.destroy();
  });

  it('survives a client that leaves in the middle of the handshake', async () => {
    const http = await start();
    const { port } = new URL(http.url);
    for (let index = 0; index < 20; index += 1) {
      const path = await ticket(http);
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n`,
      );
      socket.resetAndDestroy();
    }
    const client = open(http, await ticket(http));
    await once(client, 'open');
  });
});
