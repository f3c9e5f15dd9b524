import { randomBytes } from 'node:crypto';
import { Closed, defineRoute } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import Type from 'typebox';
import { afterEach, expect, it } from 'vitest';
import { createSealer } from '../crypto/sealer.ts';
import { describeDatabases } from '../database/test-databases.ts';
import { createIdempotency } from './idempotency.ts';
import { implement } from './route-implementation.ts';
import { createTestAccess, createTestPrincipal, startTestHttp, type TestHttp } from './test-http.ts';

const route = defineRoute({
  id: 'thing.create',
  method: 'POST',
  path: '/api/v1/things',
  tag: 'things',
  summary: 'Make a thing',
  permission: { level: 'signed-in' },
  body: Closed({ name: Type.String() }),
  response: Type.Object({ name: Type.String(), token: Type.String() }),
  status: 201,
});

describeDatabases('an Idempotency-Key', (use) => {
  let http: TestHttp;
  let now = Date.now();
  let calls = 0;
  let work: (name: string) => Promise<{ name: string; token: string }>;
  const sealer = createSealer([{ id: 'k', bytes: randomBytes(32) }]);
  const clock = { now: () => now, sleep: async () => {} };
  const idempotency = () => createIdempotency({ database: use().database, sealer, clock });

  async function start() {
    calls = 0;
    work = async (name) => ({ name, token: `secret-${calls}` });
    http = await startTestHttp({
      access: createTestAccess([createTestPrincipal('alice'), createTestPrincipal('bob')]),
      idempotency: idempotency(),
      routes: [
        implement(route, ({ body }) => {
          calls += 1;
          return work(body.name);
        }),
      ],
    });
  }
  afterEach(() => http.server.close(100));

  async function post(key: string | undefined, name = 'a', as = 'alice') {
    const answer = await fetch(http.url + route.path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${as}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify({ name }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    return {
      status: answer.status,
      replayed: answer.headers.get('idempotency-replayed'),
      code: body.code,
      token: body.token,
    };
  }

  it('lets a request be carried out once and answers a repeat the same', async () => {
    await start();
    expect(await post('k1')).toEqual({ status: 201, replayed: null, code: undefined, token: 'secret-1' });
    expect(await post('k1')).toEqual({ status: 201, replayed: 'true', code: undefined, token: 'secret-1' });
    expect(calls).toBe(1);
    await post(undefined);
    expect(calls).toBe(2);
    const rows = await use().database.reader.selectFrom('idempotency_keys').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('secret-1');
  });

  it('is refused with another request, and is everyone’s own', async () => {
    await start();
    await post('k1');
    expect(await post('k1', 'b')).toMatchObject({ status: 409, code: 'idempotency_mismatch' });
    expect(await post('k1', 'b', 'bob')).toMatchObject({ status: 201, replayed: null });
  });

  it('does not let a repeat run beside the first', async () => {
    await start();
    let finish = () => {};
    work = (name) =>
      new Promise((resolve) => {
        finish = () => resolve({ name, token: 't' });
      });
    const first = post('k1');
    await expect.poll(() => calls).toBe(1);
    expect(await post('k1')).toMatchObject({ status: 409, code: 'request_in_progress' });
    finish();
    expect(await first).toMatchObject({ status: 201 });
    expect(await post('k1')).toMatchObject({ status: 201, replayed: 'true' });
    expect(calls).toBe(1);
  });

  it('is free again after a failure', async () => {
    await start();
    work = () => Promise.reject(appError('cluster_busy', 'Later.'));
    expect(await post('k1')).toMatchObject({ status: 503, code: 'cluster_busy' });
    work = async (name) => ({ name, token: 't' });
    expect(await post('k1')).toMatchObject({ status: 201, replayed: null });
  });

  it('says that it does not know when its server was stopped in the middle, and is forgotten after a day', async () => {
    await start();
    work = () => new Promise(() => {});
    void post('k1').catch(() => {});
    await expect.poll(() => calls).toBe(1);
    now += 11 * 60_000;
    expect(await post('k1')).toMatchObject({ status: 409, code: 'request_outcome_unknown' });
    now += 25 * 3600_000;
    await idempotency().sweep();
    expect(await use().database.reader.selectFrom('idempotency_keys').selectAll().execute()).toEqual([]);
  });

  it('must be one', async () => {
    await start();
    expect(await post('two words')).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(await post('x'.repeat(201))).toMatchObject({ status: 400, code: 'invalid_input' });
  });
});
