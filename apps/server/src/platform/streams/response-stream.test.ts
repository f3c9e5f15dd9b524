import { defineRoute } from '@pilothouse/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { implement } from '../http/route-implementation.ts';
import { createTestAccess, createTestPrincipal, startTestHttp, type TestHttp } from '../http/test-http.ts';
import { openResponseStream, type ResponseStream } from './response-stream.ts';

const route = defineRoute({
  id: 'test.lines',
  method: 'GET',
  path: '/api/v1/test-lines',
  tag: 'test',
  summary: 'Lines',
  permission: { level: 'signed-in' },
  stream: 'ndjson',
});

describe('a stream of lines', () => {
  let http: TestHttp;
  const alice = createTestPrincipal('alice');
  const bob = createTestPrincipal('bob');
  afterEach(() => http.server.close(100));

  async function start(write: (stream: ResponseStream) => Promise<void>) {
    http = await startTestHttp({
      access: createTestAccess([alice, bob]),
      routes: [
        implement(route, async ({ context }) => {
          await write(openResponseStream(context, { contentType: 'application/x-ndjson' }));
          return undefined;
        }),
      ],
    });
  }
  const get = (as = 'alice', signal?: AbortSignal) =>
    fetch(http.url + route.path, { headers: { authorization: `Bearer ${as}` }, ...(signal ? { signal } : {}) });

  it('arrives as it was written, with the headers of every answer', async () => {
    await start(async (stream) => {
      await stream.write('{"a":1}\n');
      await stream.write(Buffer.from('{"a":2}\n'));
      stream.end();
    });
    const answer = await get();
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(await answer.text()).toBe('{"a":1}\n{"a":2}\n');
    expect(http.streams.count('body')).toBe(0);
  });

  it('is written at the pace of its reader and stops when that goes', async () => {
    let written = 0;
    let failure: unknown;
    await start(async (stream) => {
      try {
        for (;;) {
          await stream.write('x'.repeat(100_000));
          written += 1;
        }
      } catch (error) {
        failure = error;
      }
    });
    const abort = new AbortController();
    await get('alice', abort.signal);
    await expect.poll(() => written).toBeGreaterThan(0);
    let before = -1;
    // The writer comes to rest although nobody reads.
    await expect
      .poll(
        () => {
          const still = before === written;
          before = written;
          return still;
        },
        { interval: 100 },
      )
      .toBe(true);
    expect(written).toBeLessThan(200);
    abort.abort();
    await expect.poll(() => failure).toBeDefined();
    expect(http.streams.count('body')).toBe(0);
  });

  it('ends when access does, and when the server stops', async () => {
    const signals: AbortSignal[] = [];
    await start(async (stream) => {
      signals.push(stream.signal);
      await stream.write('first\n');
    });
    const answer = await get('bob');
    bob.end();
    expect(await answer.text()).toBe('first\n');
    const other = await get('alice');
    await http.streams.closeAll({ code: 'shutting_down', message: 'Bye.', deadline: 1000 });
    expect(await other.text()).toBe('first\n');
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });
});
