import { describe, expect, it } from 'vitest';
import { createApiClient, urlOf } from './api-client.ts';
import { routes } from './routes.ts';

type Call = { url: string; init: RequestInit };

function fakeFetch(answers: Response[]) {
  const calls: Call[] = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    calls.push({ url: String(url), init: init ?? {} });
    return answers.shift() ?? new Response('{}', { status: 200 });
  };
  return { fetch: fetch as typeof globalThis.fetch, calls };
}

describe('urlOf', () => {
  it('encodes each parameter and leaves out what is undefined', () => {
    expect(
      urlOf(routes.getObject, {
        params: { cluster: 'a/b', resource: 'pods', namespace: '-', name: 'x y' },
        query: { fresh: true, managedFields: undefined },
      }),
    ).toBe('/api/v1/clusters/a%2Fb/resources/pods/-/x%20y?fresh=true');
  });
});

describe('createApiClient', () => {
  it('turns a problem document into an AppError with its details', async () => {
    const problem = {
      type: 'about:blank',
      title: 'x',
      status: 409,
      kind: 'conflict',
      code: 'field_conflict',
      detail: 'kubectl owns .spec.replicas',
      conflicts: [{ manager: 'kubectl', field: '.spec.replicas' }],
      requestId: 'r1',
    };
    const { fetch } = fakeFetch([new Response(JSON.stringify(problem), { status: 409 })]);
    const client = createApiClient({ baseUrl: 'http://x', fetch });
    await expect(client.call(routes.me)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'field_conflict',
      message: problem.detail,
      extra: { requestId: 'r1', conflicts: problem.conflicts },
    });
  });

  it('says so plainly when an answer is no problem document', async () => {
    const { fetch } = fakeFetch([new Response('<html>', { status: 502 })]);
    await expect(createApiClient({ baseUrl: '', fetch }).call(routes.me)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'http_502',
    });
  });

  it('asks once for a fresh token after a 401, and not again', async () => {
    const { fetch, calls } = fakeFetch([new Response('{}', { status: 401 }), new Response('{}', { status: 401 })]);
    const asked: boolean[] = [];
    const client = createApiClient({
      baseUrl: '',
      fetch,
      accessToken: async ({ refresh }) => {
        asked.push(refresh);
        return refresh ? 'new' : 'old';
      },
    });
    await expect(client.call(routes.me)).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(asked).toEqual([false, true]);
    expect(calls.map((call) => new Headers(call.init.headers).get('authorization'))).toEqual([
      'Bearer old',
      'Bearer new',
    ]);
  });

  it('says which server did not answer', async () => {
    const fetch = async () => Promise.reject(new TypeError('fetch failed'));
    await expect(createApiClient({ baseUrl: 'http://127.0.0.1:9', fetch }).call(routes.me)).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringContaining('127.0.0.1:9'),
    });
  });
});
