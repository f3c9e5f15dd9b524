import { routes, type Session, type SessionSummary } from '@pilothouse/contract';
import { afterEach, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { implement } from '../../platform/http/route-implementation.ts';
import { createSseStream } from '../../platform/streams/sse-stream.ts';
import {
  createTestClock,
  goodPassword,
  type IdentityRig,
  type IdentityRigOptions,
  refreshTokenOf,
  signedIn,
  startIdentity,
} from './identity-test-rig.ts';
import { newSecretToken } from './secret-token.ts';

const stream = implement(routes.streams, ({ context }) => {
  createSseStream(context).send({ data: 'hello' });
  return undefined;
});

describeDatabases('sessions', (use) => {
  const rigs: IdentityRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });
  async function start(options: IdentityRigOptions = {}) {
    const rig = await startIdentity(use().database, options);
    rigs.push(rig);
    return rig;
  }

  test('a sign-in gives an access token for ten minutes and a cookie that scripts cannot read', async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    await rig.setUp();
    const body = { email: 'ADMIN@Example.org', password: goodPassword };
    const answer = await rig.call<Session>('/api/v1/auth/sign-in', { body });
    expect(answer.status).toBe(200);
    expect(Date.parse(answer.body.expiresAt) - clock.now()).toBeGreaterThan(595_000);
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).toMatch(/Path=\/api\/v1\/auth/);
    expect(cookie).not.toMatch(/Secure/);
    expect(JSON.stringify(answer.body)).not.toContain(refreshTokenOf(answer.headers));
    expect((await rig.call('/api/v1/me', { token: answer.body.accessToken })).status).toBe(200);
    clock.advance(601_000);
    expect((await rig.problem('/api/v1/me', { token: answer.body.accessToken })).body.code).toBe('not_signed_in');
  });

  test('the cookie is Secure where people come by HTTPS', async () => {
    const rig = await start({ config: { publicUrl: 'https://pilothouse.example.org' } });
    const token = (await rig.identity.startPath())?.split('token=')[1];
    const body = { token, email: 'a@example.org', name: 'A', password: goodPassword };
    const { headers } = await rig.call('/api/v1/setup', { body });
    expect(headers.getSetCookie()[0]).toMatch(/Secure/);
  });

  test('a refresh gives new tokens and keeps the session', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const refreshed = signedIn(await rig.refresh(admin.cookie));
    expect(refreshed.cookie).not.toBe(admin.cookie);
    expect(refreshed.token).not.toBe(admin.token);
    const { body } = await rig.call<{ items: SessionSummary[] }>('/api/v1/me/sessions', { token: refreshed.token });
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({ current: true, address: '127.0.0.1' });
  });

  test('two tabs that refresh at the same moment both go on', async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    const admin = await rig.setUp();
    const answers = await Promise.all([
      rig.refresh(admin.cookie),
      rig.refresh(admin.cookie),
      rig.refresh(admin.cookie),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [first, , last] = answers.map(signedIn);
    clock.advance(60_000);
    // The browser keeps one of the cookies; it works, and from then on the others are used up.
    expect((await rig.refresh(last?.cookie)).status).toBe(200);
    clock.advance(60_000);
    expect((await rig.refresh(first?.cookie)).body.code).toBe('session_revoked');
  });

  test('a refresh token that comes back late ends the whole session, for the thief and the owner', async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    const stolen = await rig.setUp();
    const other = await rig.signIn('admin@example.org');
    const owner = signedIn(await rig.refresh(stolen.cookie));
    clock.advance(31_000);
    const thief = await rig.refresh(stolen.cookie);
    expect(thief.status).toBe(401);
    expect(thief.body.code).toBe('session_revoked');
    expect(refreshTokenOf(thief.headers)).toBeUndefined();
    expect((await rig.refresh(owner.cookie)).body.code).toBe('session_revoked');
    expect((await rig.call('/api/v1/me', { token: owner.token })).status).toBe(401);
    expect((await rig.call('/api/v1/me', { token: other.token })).status).toBe(200);
    const events = await rig.events.list({ limit: 10, types: ['session.revoked'] });
    expect(events).toHaveLength(1);
    const entries = await rig.call<{ items: { verb: string; result: string }[] }>(
      '/api/v1/audit?verb=session.refresh',
      { token: other.token },
    );
    expect(entries.body.items).toMatchObject([{ result: 'denied' }]);
  });

  test('a thief who is quick is given away by the next refresh', async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    const stolen = await rig.setUp();
    const owner = signedIn(await rig.refresh(stolen.cookie));
    const thief = signedIn(await rig.refresh(stolen.cookie));
    clock.advance(300_000);
    const second = signedIn(await rig.refresh(owner.cookie));
    clock.advance(300_000);
    expect((await rig.refresh(thief.cookie)).body.code).toBe('session_revoked');
    expect((await rig.refresh(second.cookie)).body.code).toBe('session_revoked');
  });

  test('ends without use after 14 days and at the latest after 90', async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    const day = 86_400_000;
    const idle = await rig.setUp();
    let used = await rig.signIn('admin@example.org');
    for (let passed = 0; passed < 90; passed += 10) {
      const answer = await rig.refresh(used.cookie);
      expect(answer.status, `day ${passed}`).toBe(200);
      used = signedIn(answer);
      clock.advance(10 * day);
    }
    expect((await rig.refresh(used.cookie)).status).toBe(401);
    expect((await rig.refresh(idle.cookie)).status).toBe(401);
  });

  test('a restart and a second replica know every session', async () => {
    const clock = createTestClock();
    const first = await start({ clock });
    const admin = await first.setUp();
    const second = await startIdentity(await use().open(), { clock });
    rigs.push(second);
    expect((await second.call('/api/v1/me', { token: admin.token })).status).toBe(200);
    const refreshed = signedIn(await second.refresh(admin.cookie));
    expect((await first.call('/api/v1/me', { token: refreshed.token })).status).toBe(200);
    await first.call(`/api/v1/auth/sign-out`, { method: 'POST', cookie: refreshed.cookie });
    await expect.poll(async () => (await second.call('/api/v1/me', { token: refreshed.token })).status).toBe(401);
  });

  test('a sign-out ends the session at once, by cookie or by token, and needs neither', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const other = await rig.signIn('admin@example.org');
    const out = await rig.call('/api/v1/auth/sign-out', { method: 'POST', cookie: admin.cookie, token: admin.token });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()[0]).toMatch(/^pilothouse_refresh=;/);
    expect((await rig.call('/api/v1/me', { token: admin.token })).status).toBe(401);
    expect((await rig.refresh(admin.cookie)).status).toBe(401);
    expect((await rig.call('/api/v1/auth/sign-out', { method: 'POST', token: other.token })).status).toBe(204);
    expect((await rig.call('/api/v1/me', { token: other.token })).status).toBe(401);
    expect((await rig.call('/api/v1/auth/sign-out', { method: 'POST' })).status).toBe(204);
  });

  test.each(['', 'x', 'null', 'undefined', `phr_${'0'.repeat(46)}`])(
    'the cookie %j refreshes nothing',
    async (cookie) => {
      const rig = await start();
      const answer = await rig.refresh(cookie);
      expect(answer.status).toBe(401);
      expect(refreshTokenOf(answer.headers)).toBeUndefined();
    },
  );

  test('any token but a good one is refused: garbage, well-formed strangers, refresh tokens, stored hashes', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const stored = await use().database.reader.selectFrom('session_tokens').select('hash').execute();
    const tokens = [
      'x',
      'null',
      'Bearer',
      newSecretToken('access'),
      newSecretToken('personal'),
      newSecretToken('link'),
      admin.cookie,
      ...stored.map(({ hash }) => hash),
    ];
    for (const token of tokens)
      expect((await rig.problem('/api/v1/me', { token })).body.code, token).toBe('not_signed_in');
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${admin.token}`,
      admin.token,
      `Bearer ${admin.token} x`,
    ]) {
      expect((await rig.call('/api/v1/me', { headers: { authorization } })).status, authorization).toBe(401);
    }
    expect((await rig.call('/api/v1/me', { cookie: admin.cookie })).status).toBe(401);
  });

  test('a page of another site can neither refresh nor sign out with the cookie', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    for (const path of ['/api/v1/auth/refresh', '/api/v1/auth/sign-out', '/api/v1/auth/sign-in']) {
      for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `${rig.url}.evil.example`]) {
        const answer = await rig.problem(path, { method: 'POST', cookie: admin.cookie, headers: { origin } });
        expect(answer.body.code, `${path} ${origin}`).toBe('origin_refused');
      }
    }
    const own = await rig.call('/api/v1/auth/refresh', {
      method: 'POST',
      cookie: admin.cookie,
      headers: { origin: rig.url },
    });
    expect(own.status).toBe(200);
  });

  test('revoking a session ends its open stream before the answer is out, and leaves the others', async () => {
    const rig = await start({ routes: [stream] });
    const admin = await rig.setUp();
    const other = await rig.signIn('admin@example.org');
    const [kept, ended] = await Promise.all([openStream(rig, admin.token), openStream(rig, other.token)]);
    const sessions = await rig.call<{ items: SessionSummary[] }>('/api/v1/me/sessions', { token: admin.token });
    const id = sessions.body.items.find(({ current }) => !current)?.id;
    expect((await rig.call(`/api/v1/me/sessions/${id}`, { method: 'DELETE', token: admin.token })).status).toBe(204);
    expect(await ended.rest()).toContain('event: close');
    expect((await rig.call('/api/v1/me', { token: other.token })).status).toBe(401);
    expect(await kept.isOpen()).toBe(true);
    kept.close();
  });

  test('a stream on another replica ends when the access does', async () => {
    const clock = createTestClock();
    const first = await start({ clock });
    const second = await startIdentity(await use().open(), { clock, routes: [stream] });
    rigs.push(second);
    const admin = await first.setUp();
    const user = await first.addUser(admin, 'bob@example.org', 'viewer');
    const opened = await openStream(second, user.token);
    await first.call(`/api/v1/users/${user.userId}`, { method: 'PATCH', token: admin.token, body: { disabled: true } });
    expect(await opened.rest()).toContain('event: close');
  });

  test('an ended session of somebody else cannot be told from one that never was', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const bob = await rig.addUser(admin, 'bob@example.org');
    const { body } = await rig.call<{ items: SessionSummary[] }>('/api/v1/me/sessions', { token: admin.token });
    const foreign = await rig.problem(`/api/v1/me/sessions/${body.items[0]?.id}`, {
      method: 'DELETE',
      token: bob.token,
    });
    const unknown = await rig.problem('/api/v1/me/sessions/nothing', { method: 'DELETE', token: bob.token });
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    expect((await rig.call('/api/v1/me', { token: admin.token })).status).toBe(200);
  });

  test('no secret is stored: neither tokens nor passwords are anywhere in the database', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const refreshed = signedIn(await rig.refresh(admin.cookie));
    const { body } = await rig.call<{ value: string }>('/api/v1/me/tokens', {
      token: refreshed.token,
      body: { name: 'ci', scope: 'read' },
    });
    const { reader } = use().database;
    const tables = [
      'users',
      'sessions',
      'session_tokens',
      'personal_tokens',
      'setup_links',
      'events',
      'audit_log',
      'sign_in_throttles',
    ] as const;
    const everything = JSON.stringify(
      await Promise.all(tables.map((table) => reader.selectFrom(table).selectAll().execute())),
    );
    expect(everything).toContain('admin@example.org');
    for (const secret of [admin.token, admin.cookie, refreshed.token, refreshed.cookie, body.value, goodPassword]) {
      expect(everything).not.toContain(secret);
    }
  });
});

async function openStream(rig: IdentityRig, token: string) {
  const abort = new AbortController();
  const response = await fetch(`${rig.url}/api/v1/streams`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  expect(decoder.decode((await reader.read()).value)).toContain('hello');
  const next = reader.read();
  return {
    async rest(): Promise<string> {
      let text = '';
      for (let part = await next; !part.done; part = await reader.read()) text += decoder.decode(part.value);
      return text;
    },
    async isOpen(): Promise<boolean> {
      return Promise.race([
        next.then(() => false),
        new Promise<boolean>((resolve) => setImmediate(() => resolve(true))),
      ]);
    },
    close: () => {
      next.catch(() => {});
      abort.abort();
    },
  };
}
