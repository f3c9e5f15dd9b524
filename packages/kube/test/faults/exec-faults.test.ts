import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecSession, KubeClient } from '@pilothouse/kube';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { answer, clientOf, failure, startServer } from '../support/test-server.ts';

type Peer = { socket: WebSocket; request: IncomingMessage; received: Buffer[] };

/** A server that takes any exec in one protocol and lets the test play the container's side. */
async function startPeer(protocol: string, onOpen: (peer: Peer) => void): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
  const server = createServer();
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    sockets.handleUpgrade(request, duplex, head, (socket) => {
      const peer: Peer = { socket, request, received: [] };
      socket.on('message', (data) => void peer.received.push(data as Buffer));
      socket.on('error', () => {});
      onOpen(peer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

function exec(client: KubeClient, options: { signal?: AbortSignal; tty?: boolean } = {}): Promise<ExecSession> {
  return client.exec({ namespace: 'shop', pod: 'web', command: ['cat', 'a b'], tty: false, stdin: true, ...options });
}

function frame(channel: number, text: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

const success = frame(3, JSON.stringify({ kind: 'Status', status: 'Success' }));

describe('an exec', () => {
  it('asks for the command, and hands over what comes together with the answer', async () => {
    let url = '';
    const server = await startPeer('v5.channel.k8s.io', ({ socket, request }) => {
      url = request.url ?? '';
      socket.send(frame(1, 'out'));
      socket.send(frame(2, 'err'));
      socket.send(success);
      socket.close();
    });
    const session = await exec(clientOf(server));
    expect(await Promise.all([textOf(session.stdout), textOf(session.stderr), session.exit])).toEqual([
      'out',
      'err',
      { code: 0 },
    ]);
    const { pathname, searchParams } = new URL(url, server);
    expect(pathname).toBe('/api/v1/namespaces/shop/pods/web/exec');
    expect(searchParams.getAll('command')).toEqual(['cat', 'a b']);
    expect(searchParams.get('stderr')).toBe('true');
  });

  it('ends its input with a frame where the protocol has one, and leaves the session open where it has none', async () => {
    const peers: Peer[] = [];
    for (const protocol of ['v5.channel.k8s.io', 'v4.channel.k8s.io']) {
      const session = await exec(clientOf(await startPeer(protocol, (peer) => void peers.push(peer))));
      session.exit.catch(() => {});
      await session.write(Buffer.from('hello'));
      session.endInput();
      session.endInput();
      await expect(session.write(Buffer.from('more'))).rejects.toMatchObject({ code: 'invalid_input' });
    }
    await vi.waitFor(() => expect(peers[0]?.received).toEqual([frame(0, 'hello'), Buffer.from([255, 0])]));
    await vi.waitFor(() => expect(peers[1]?.received).toEqual([frame(0, 'hello')]));
    expect(peers[1]?.socket.readyState).toBe(1);
  });

  it('sends sizes as the protocol has them', async () => {
    let peer: Peer | undefined;
    const server = await startPeer('v5.channel.k8s.io', (opened) => {
      peer = opened;
    });
    const session = await exec(clientOf(server), { tty: true });
    session.resize(120, 40);
    await vi.waitFor(() => expect(peer?.received).toEqual([frame(4, '{"Width":120,"Height":40}')]));
    session.close();
    await expect(session.exit).rejects.toMatchObject({ code: 'cluster_unreachable' });
  });

  it('whose reader stalls holds the sender back instead of filling memory', async () => {
    let peer: Peer | undefined;
    const server = await startPeer('v5.channel.k8s.io', (opened) => {
      peer = opened;
    });
    const session = await exec(clientOf(server));
    const chunk = frame(1, Buffer.alloc(64 * 1024, 0x78));
    const total = 400;
    for (let count = 0; count < total; count++) peer?.socket.send(chunk);
    peer?.socket.send(success);
    await sleep(300);
    // 25 MB were sent; some is in the sockets of the system, the rest waits with the sender.
    expect(session.stdout.readableLength).toBeLessThan(2 * 1024 * 1024);
    expect(peer?.socket.bufferedAmount).toBeGreaterThan(5 * 1024 * 1024);
    expect((await textOf(session.stdout)).length).toBe(total * 64 * 1024);
    expect(await session.exit).toEqual({ code: 0 });
  });

  it.each<[string, (peer: Peer) => void, object]>([
    ['breaks off', ({ socket }) => socket.terminate(), { code: 'cluster_unreachable' }],
    [
      'is closed without an exit',
      ({ socket }) => socket.close(1011, 'the \u001b[31mnode went away'),
      { code: 'cluster_unreachable', message: expect.stringContaining('node went away') },
    ],
  ])('that %s fails', async (_case, play, expected) => {
    const session = await exec(clientOf(await startPeer('v5.channel.k8s.io', play)));
    await expect(session.exit).rejects.toMatchObject(expected);
    expect(await textOf(session.stdout)).toBe('');
  });

  it.each([
    [
      'an exit code',
      {
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: 'exit 7',
        details: { causes: [{ reason: 'ExitCode', message: '7' }] },
      },
      7,
    ],
    ['a failure without one', { status: 'Failure', reason: 'InternalError', message: 'no such file' }, 1],
    [
      'a failure with an odd one',
      { status: 'Failure', details: { causes: [{ reason: 'ExitCode', message: 'seven' }] } },
      1,
    ],
  ])('with %s gives it', async (_case, status, code) => {
    const server = await startPeer('v4.channel.k8s.io', ({ socket }) => socket.send(frame(3, JSON.stringify(status))));
    const session = await exec(clientOf(server));
    expect(await session.exit).toMatchObject({ code });
  });

  it('survives frames of no sense', async () => {
    const server = await startPeer('v5.channel.k8s.io', ({ socket }) => {
      for (const noise of [Buffer.alloc(0), Buffer.from([77]), frame(9, 'x'), frame(1, ''), frame(3, '')])
        socket.send(noise);
      socket.send('text instead of bytes');
      socket.send(frame(3, 'not json'));
    });
    const session = await exec(clientOf(server));
    expect(await session.exit).toEqual({ code: 1, message: 'not json' });
  });

  it.each([
    [401, 'cluster_unauthorized'],
    [403, 'cluster_denied'],
    [404, 'not_found'],
    [400, 'invalid_input'],
    [302, 'cluster_bad_answer'],
    [200, 'cluster_bad_answer'],
  ])('answered with %i is refused as %s', async (status, code) => {
    const server = await startServer((_request, response) =>
      answer(response, status, failure(status, '', 'words'), { location: 'http://127.0.0.1:1' }),
    );
    await expect(exec(clientOf(server))).rejects.toMatchObject({ code });
  });

  it('that is never answered is given up in time, and can be given up before', async () => {
    const server = await startServer(() => {});
    await expect(exec(clientOf(server, {}, { request: 200 }))).rejects.toMatchObject({ code: 'cluster_timeout' });
    await expect(exec(clientOf(server), { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('refused with 401 is asked for once more with a new token', async () => {
    const tokens: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      tokens.push(request.headers.authorization);
      answer(response, 401, failure(401, 'Unauthorized', 'no'));
    });
    const token = async ({ refresh }: { refresh: boolean }): Promise<string> => (refresh ? 'new' : 'old');
    const client = clientOf(server, { credentials: { type: 'token-source', token } });
    await expect(exec(client)).rejects.toMatchObject({ code: 'cluster_unauthorized' });
    expect(tokens).toEqual(['Bearer old', 'Bearer new']);
  });
});
