import { connect, type Socket } from 'node:net';
import { defineRoute, readEventStream } from '@pilothouse/contract';
import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { implement } from '../http/route-implementation.ts';
import { createTestAccess, createTestPrincipal, startTestHttp, type TestHttp } from '../http/test-http.ts';
import { encodeSseEvent } from './sse-event.ts';
import { createSseStream, type SseStream, type SseStreamOptions } from './sse-stream.ts';

const route = defineRoute({
  id: 'test.stream',
  method: 'GET',
  path: '/api/v1/test-stream',
  tag: 'test',
  summary: 'A stream',
  permission: { level: 'signed-in' },
  stream: 'sse',
  response: Type.Any(),
});

let http: TestHttp;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await http.server.close(100);
});

async function start(
  open: (stream: SseStream) => void,
  options?: SseStreamOptions,
  people = [createTestPrincipal('alice')],
) {
  http = await startTestHttp({
    access: createTestAccess(people),
    routes: [
      implement(route, async ({ context }) => {
        open(createSseStream(context, options));
        return undefined;
      }),
    ],
  });
}

async function read(headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const answer = await fetch(http.url + route.path, {
    headers: { authorization: 'Bearer alice', ...headers },
    signal: abort.signal,
  });
  return { answer, events: readEventStream(answer.body ?? new ReadableStream()), abort };
}

/** Opens the stream and never reads it. */
function stall(): Promise<Socket> {
  const { port } = new URL(http.url);
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.pause();
  return new Promise((resolve) =>
    socket.once('connect', () => {
      socket.write(`GET ${route.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer alice\r\n\r\n`);
      resolve(socket);
    }),
  );
}

describe('an SSE stream', () => {
  it('carries events as the standard writes them', async () => {
    await start((stream) => {
      stream.send({ id: '7', event: 'thing', data: 'one\ntwo\r\nthree' });
      stream.send({ data: `last was ${stream.lastEventId}` });
      stream.close('done', 'That is all.');
    });
    const { answer, events } = await read({ 'last-event-id': '5' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await Array.fromAsync(events)).toEqual([
      { id: '7', event: 'thing', data: 'one\ntwo\nthree' },
      { id: '7', data: 'last was 5' },
      { id: '7', event: 'close', data: '{"code":"done","message":"That is all."}' },
    ]);
  });

  it('cannot be made to say what its data says', () => {
    expect(encodeSseEvent({ id: 'a\ndata: x', event: 'b\r\nid: 9', data: 'x\n\nid: 9' }).toString()).toBe(
      'id: a data: x\nevent: b  id: 9\ndata: x\ndata: \ndata: id: 9\n\n',
    );
  });

  it('beats so that nobody in between takes it for dead', async () => {
    await start(() => {}, { heartbeat: 10 });
    const { answer, abort } = await read();
    const chunk = await answer.body?.getReader().read();
    expect(Buffer.from(chunk?.value ?? []).toString()).toContain(':\n\n');
    abort.abort();
  });

  it('knows when its client is gone', async () => {
    let opened: SseStream | undefined;
    await start((stream) => {
      opened = stream;
    });
    const { abort } = await read();
    expect(http.streams.count('sse')).toBe(1);
    abort.abort();
    await expect.poll(() => opened?.signal.aborted).toBe(true);
    expect(http.streams.count('sse')).toBe(0);
  });

  it('ends when the access of its principal does, and says so', async () => {
    const alice = createTestPrincipal('alice');
    await start(() => {}, {}, [alice]);
    const { events } = await read();
    alice.end();
    expect(await Array.fromAsync(events)).toMatchObject([
      { event: 'close', data: expect.stringContaining('access_changed') },
    ]);
  });

  it('says goodbye when the server stops', async () => {
    await start(() => {});
    const { events } = await read();
    await http.streams.closeAll({ code: 'shutting_down', message: 'Bye.', deadline: 1000 });
    expect(await Array.fromAsync(events)).toEqual([
      { event: 'close', data: '{"code":"shutting_down","message":"Bye."}' },
    ]);
    const refused = await fetch(http.url + route.path, { headers: { authorization: 'Bearer alice' } });
    expect(await refused.json()).toMatchObject({ code: 'shutting_down' });
  });

  it('disconnects a client that does not read, with a reason, while the others get everything', {
    timeout: 60_000,
  }, async () => {
    const streams: SseStream[] = [];
    await start(
      (stream) => {
        streams.push(stream);
      },
      { bufferLimit: 256 * 1024, closeDeadline: 500 },
    );
    for (let index = 0; index < 200; index += 1) await stall();
    await expect.poll(() => streams.length, { timeout: 20_000 }).toBe(200);
    const { events, abort } = await read();
    await expect.poll(() => streams.length).toBe(201);
    const received: number[] = [];
    const delays: number[] = [];
    const reading = (async () => {
      for await (const { id, data } of events) {
        received.push(Number(id));
        delays.push(performance.now() - Number(data.split(' ')[0]));
      }
    })().catch(() => {});

    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const count = 3000;
    for (let index = 0; index < count; index += 1) {
      const frame = encodeSseEvent({ id: String(index), data: `${performance.now()} ${'x'.repeat(4000)}` });
      for (const stream of streams) stream.sendEncoded(frame);
      if (index % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(count);
    expect(received).toEqual(Array.from({ length: count }, (_, index) => index));
    await expect.poll(() => http.streams.count('sse'), { timeout: 20_000 }).toBe(1);
    expect(streams.slice(0, 200).every((stream) => stream.signal.aborted)).toBe(true);
    // 12 MB were published; 200 stalled clients that each kept their own would hold 50 MB at their limit alone.
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(150);
    expect(delays.toSorted((a, b) => a - b)[Math.floor(count * 0.99)]).toBeLessThan(1000);
    abort.abort();
    await reading;
  });

  it('is not opened for who has too many open', async () => {
    await start(() => {});
    const open = Array.from({ length: 250 }, () =>
      http.streams.add({ kind: 'sse', principal: createTestPrincipal('alice'), close() {} }),
    );
    const answer = await fetch(http.url + route.path, { headers: { authorization: 'Bearer alice' } });
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ code: 'too_many_streams' });
    for (const remove of open) remove();
    const { abort, answer: opened } = await read();
    expect(opened.status).toBe(200);
    abort.abort();
  });
});
