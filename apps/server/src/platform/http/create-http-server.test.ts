import { request as rawRequest } from 'node:http';
import { Closed, defineRoute } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import Type from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { rawJson } from './raw-json.ts';
import { implement } from './route-implementation.ts';
import {
  createTestAccess,
  createTestPrincipal,
  startTestHttp,
  type TestHttp,
  type TestHttpOptions,
} from './test-http.ts';

const echo = implement(
  defineRoute({
    id: 'thing.echo',
    method: 'POST',
    path: '/api/v1/things/:name',
    tag: 'things',
    summary: 'Echo',
    permission: { level: 'platform', noun: 'user', verb: 'update' },
    params: Closed({ name: Type.String({ maxLength: 5 }) }),
    query: Closed({
      limit: Type.Optional(Type.Integer({ minimum: 1, default: 7 })),
      deep: Type.Optional(Type.Boolean()),
    }),
    body: Closed({
      text: Type.String({ minLength: 2 }),
      list: Type.Optional(Type.Array(Closed({ id: Type.Integer() }))),
    }),
    response: Type.Object({
      name: Type.String(),
      limit: Type.Optional(Type.Integer()),
      deep: Type.Optional(Type.Boolean()),
      text: Type.String(),
    }),
    status: 201,
  }),
  ({ params, query, body }) => ({ ...params, ...query, text: body.text }),
);

function reading(path: string, handle: () => unknown) {
  return implement(
    defineRoute({
      id: `read${path}`,
      method: 'GET',
      path,
      tag: 'things',
      summary: 'Read',
      permission: { level: 'signed-in' },
      response: Type.Any(),
    }),
    () => handle() as never,
  );
}

let http: TestHttp | undefined;
afterEach(async () => {
  await http?.server.close(100);
  http = undefined;
});

async function start(options: Partial<TestHttpOptions> = {}) {
  http = await startTestHttp({
    routes: [echo],
    access: createTestAccess([createTestPrincipal('alice'), createTestPrincipal('forbidden')]),
    ...options,
  });
  const { url } = http;
  return (path: string, init: RequestInit = {}) =>
    fetch(url + path, {
      ...init,
      headers: {
        authorization: 'Bearer alice',
        ...(init.body ? { 'content-type': 'application/json' } : {}),
        ...(init.headers as object),
      },
    });
}

const post = (body: unknown, headers = {}) => ({ method: 'POST', body: JSON.stringify(body), headers });

/** Status of a request whose Host fetch would not let us choose. */
function statusWithHost(url: string, headers: Record<string, string>, path = '/api/v1/none'): Promise<number> {
  return new Promise((resolve, reject) => {
    rawRequest(url + path, { headers: { authorization: 'Bearer alice', ...headers } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('a contract route', () => {
  it('hands its handler converted, defaulted, valid input', async () => {
    const send = await start();
    const answer = await send('/api/v1/things/a?deep=true', post({ text: 'hi' }));
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ name: 'a', limit: 7, deep: true, text: 'hi' });
  });

  it.each([
    ['/api/v1/things/abcdef', { text: 'hi' }, [':name maxLength']],
    ['/api/v1/things/a?limit=0&x=1', { text: 'hi' }, ['?limit minimum', '?x unknown']],
    ['/api/v1/things/a?limit=one', { text: 'hi' }, ['?limit type']],
    [
      '/api/v1/things/a',
      { text: 'h', 'a/b~': 1, list: [{ id: 1 }, { id: 'x' }, {}] },
      ['/text minLength', '/a~1b~0 unknown', '/list/1/id type', '/list/2/id required'],
    ],
    ['/api/v1/things/a', [], [' type']],
    ['/api/v1/things/a', undefined, [' type']],
  ])('points at every fault: %s', async (path, body, faults) => {
    const send = await start();
    const answer = await send(path, body === undefined ? { method: 'POST' } : post(body));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = (await answer.json()) as {
      code: string;
      requestId: string;
      details: { pointer: string; code: string }[];
    };
    expect(problem.code).toBe('invalid_input');
    expect(problem.requestId).toBe(answer.headers.get('x-request-id'));
    expect(problem.details.map(({ pointer, code }) => `${pointer} ${code}`).toSorted()).toEqual(faults.toSorted());
  });

  it.each([
    ['a body that is no JSON', { method: 'POST', body: '{"text":', headers: {} }, 400, 'invalid_input'],
    [
      'a prototype in the body',
      { method: 'POST', body: '{"text":"hi","__proto__":{"x":1}}', headers: {} },
      400,
      'invalid_input',
    ],
    [
      'a form',
      { method: 'POST', body: 'a=b', headers: { 'content-type': 'text/plain' } },
      415,
      'media_type_unsupported',
    ],
    ['too large a body', post({ text: 'x'.repeat(1_100_000) }), 413, 'body_too_large'],
    ['no token', post({ text: 'hi' }, { authorization: '' }), 401, 'not_signed_in'],
    ['a wrong token', post({ text: 'hi' }, { authorization: 'Bearer eve' }), 401, 'not_signed_in'],
    ['somebody who may not', post({ text: 'hi' }, { authorization: 'Bearer forbidden' }), 403, 'permission_denied'],
    ['a page of another site', post({ text: 'hi' }, { origin: 'https://evil.example' }), 403, 'origin_refused'],
    ['a sandboxed page', post({ text: 'hi' }, { origin: 'null' }), 403, 'origin_refused'],
  ])('refuses %s', async (_, init, status, code) => {
    const send = await start();
    const answer = await send('/api/v1/things/a', init as RequestInit);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code, status, requestId: expect.any(String) });
  });

  it('asks for the permission before it looks at the input', async () => {
    const send = await start();
    const answer = await send('/api/v1/things/a', post({ wrong: 1 }, { authorization: 'Bearer forbidden' }));
    expect(answer.status).toBe(403);
  });

  it('answers a failure of ours without its words, and an AppError with all of them', async () => {
    const send = await start({
      routes: [
        reading('/api/v1/bug', () => {
          throw new Error('password=hunter2');
        }),
        reading('/api/v1/busy', () => {
          throw appError('cluster_busy', 'Later.', { retryAfterSeconds: 3, extra: { status: 999, cluster: 'prod' } });
        }),
      ],
    });
    const bug = await send('/api/v1/bug');
    expect(bug.status).toBe(500);
    expect(await bug.text()).not.toContain('hunter2');
    const busy = await send('/api/v1/busy');
    expect(busy.status).toBe(503);
    expect(busy.headers.get('retry-after')).toBe('3');
    expect(await busy.json()).toMatchObject({
      code: 'cluster_busy',
      kind: 'unavailable',
      detail: 'Later.',
      cluster: 'prod',
      status: 503,
    });
  });

  it('does not register a route that declares no permission', async () => {
    await start({
      prepare({ app }) {
        expect(() => app.get('/open', () => 'x')).toThrow('declares no permission');
      },
    });
  });

  it('says what is not there as a problem', async () => {
    const send = await start();
    const answer = await send('/api/v1/nothing?token=secret');
    expect(answer.status).toBe(404);
    const problem = (await answer.json()) as { code: string; detail: string };
    expect(problem.code).toBe('not_found');
    expect(problem.detail).not.toContain('secret');
  });

  it('refuses to give an answer it does not declare, in tests', async () => {
    const route = defineRoute({
      id: 'x.y',
      method: 'GET',
      path: '/api/v1/x',
      tag: 't',
      summary: 's',
      permission: { level: 'signed-in' },
      response: Type.Object({ a: Type.Integer() }),
    });
    const send = await start({ routes: [implement(route, () => ({ a: 'no' }) as never)] });
    expect((await send('/api/v1/x')).status).toBe(500);
  });
});

describe('reads', () => {
  it('are 304 for a client that has the version', async () => {
    let text = 'first';
    const send = await start({
      routes: [reading('/api/v1/x', () => ({ text })), reading('/api/v1/raw', () => rawJson('{"a":1}', '"v1"'))],
    });
    const first = await send('/api/v1/x');
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect((await send('/api/v1/x', { headers: { 'if-none-match': `"other", W/${etag}` } })).status).toBe(304);
    text = 'second';
    expect(await (await send('/api/v1/x', { headers: { 'if-none-match': etag } })).json()).toEqual({ text: 'second' });
    expect((await send('/api/v1/raw', { headers: { 'if-none-match': '"v1"' } })).status).toBe(304);
    expect(await (await send('/api/v1/raw')).text()).toBe('{"a":1}');
  });

  it('are compressed on the way to another machine only', async () => {
    const large = { text: 'x'.repeat(10_000) };
    const send = await start({
      routes: [reading('/api/v1/x', () => large)],
      config: { trustedProxies: ['127.0.0.1'] },
    });
    const near = await send('/api/v1/x', { headers: { 'accept-encoding': 'gzip' } });
    expect(near.headers.get('content-encoding')).toBeNull();
    const far = await send('/api/v1/x', { headers: { 'accept-encoding': 'gzip', 'x-forwarded-for': '203.0.113.9' } });
    expect(far.headers.get('content-encoding')).toBe('gzip');
    expect(await far.json()).toEqual(large);
  });
});

describe('the guard', () => {
  it.each([
    ['127.0.0.1:8080', { local: true }, 404],
    ['localhost', { local: true }, 404],
    ['[::1]:80', { local: true }, 404],
    ['pilothouse.example.org', { local: true }, 403],
    ['10.0.0.5', { local: true }, 403],
    ['10.0.0.5', {}, 404],
    ['evil.example', {}, 403],
    ['127.0.0.1.evil.example', {}, 403],
    ['ok.example', { allowedHosts: ['ok.example'] }, 404],
    ['a.ok.example', { allowedHosts: ['.ok.example'] }, 404],
    ['notok.example', { allowedHosts: ['.ok.example'] }, 403],
    ['ops.example', { publicUrl: 'https://ops.example' }, 404],
    ['ops.example@evil.example', { publicUrl: 'https://ops.example' }, 403],
    ['999.1.1.1', {}, 403],
  ])('with Host %s and %o answers %i', async (host, config, status) => {
    await start({ config });
    expect(await statusWithHost(http?.url ?? '', { host })).toBe(status);
  });

  it('believes the address of a client only from a trusted proxy', async () => {
    const seen: string[] = [];
    const route = implement(
      defineRoute({
        id: 'who',
        method: 'GET',
        path: '/api/v1/who',
        tag: 't',
        summary: 's',
        permission: { level: 'signed-in' },
      }),
      ({ context }) => {
        seen.push(context.address);
        return undefined;
      },
    );
    const spoofed = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' };
    let send = await start({ routes: [route] });
    await send('/api/v1/who', { headers: spoofed });
    await http?.server.close(100);
    send = await start({ routes: [route], config: { trustedProxies: ['127.0.0.0/8'] } });
    await send('/api/v1/who', { headers: spoofed });
    expect(seen).toEqual(['127.0.0.1', '203.0.113.7']);
  });

  it('sends headers that keep browsers from mischief', async () => {
    const send = await start();
    const { headers } = await send('/api/v1/nothing');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('limits each principal by itself and says how long to wait', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, sleep: async () => {} };
    const access = createTestAccess([createTestPrincipal('alice'), createTestPrincipal('bob')]);
    const send = await start({
      routes: [reading('/api/v1/x', () => 1)],
      config: { requestsPerSecond: 1 },
      clock,
      access,
    });
    const statuses = async (count: number, headers = {}) => {
      const all: number[] = [];
      for (let index = 0; index < count; index += 1) all.push((await send('/api/v1/x', { headers })).status);
      return all;
    };
    expect(await statuses(12)).toEqual([...Array<number>(10).fill(200), 429, 429]);
    expect(await statuses(1, { authorization: 'Bearer bob' })).toEqual([200]);
    const refused = await send('/api/v1/x');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    now += 2000;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  it('slows down whoever tries tokens', async () => {
    const send = await start();
    const statuses = new Set<number>();
    for (let index = 0; index < 70; index += 1)
      statuses.add(
        (await send('/api/v1/things/a', { method: 'POST', headers: { authorization: `Bearer ${index}` } })).status,
      );
    expect([...statuses]).toEqual([401, 429]);
  });
});

describe('closing', () => {
  it('lets a running request finish and then refuses new ones', async () => {
    let finish: (() => void) | undefined;
    const send = await start({
      routes: [
        reading(
          '/api/v1/slow',
          () =>
            new Promise((resolve) => {
              finish = () => resolve('done');
            }),
        ),
      ],
    });
    const answer = send('/api/v1/slow');
    await expect.poll(() => finish).toBeDefined();
    const closed = http?.server.close(5000);
    finish?.();
    expect(await (await answer).text()).toBe('"done"');
    await closed;
    await expect(send('/api/v1/slow')).rejects.toThrow();
  });

  it('cuts what still runs after the deadline', async () => {
    const send = await start({ routes: [reading('/api/v1/stuck', () => new Promise(() => {}))] });
    const answer = send('/api/v1/stuck').then(
      () => 'answered',
      () => 'cut',
    );
    await expect.poll(() => http?.server.app.server.connections ?? 1).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await http?.server.close(50);
    expect(await answer).toBe('cut');
  });
});
