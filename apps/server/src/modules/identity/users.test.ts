import { hash } from '@node-rs/argon2';
import type { Me, PersonalToken, RoleBinding, SessionSummary, User } from '@pilothouse/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { createLocalDoorbell } from '../../platform/events/doorbell.ts';
import {
  createTestClock,
  goodPassword,
  type IdentityRig,
  type IdentityRigOptions,
  signedIn,
  startIdentity,
} from './identity-test-rig.ts';

import { resetPassword } from './reset-password.ts';

type List<T> = { items: T[]; nextCursor?: string };
const newPassword = 'tuna-lantern-93-oblique';

describeDatabases('users', (use) => {
  const rigs: IdentityRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });
  async function start(options: IdentityRigOptions = {}) {
    const rig = await startIdentity(use().database, options);
    rigs.push(rig);
    return rig;
  }

  describe('accounts', () => {
    test('are made, found, renamed and listed in pages', async () => {
      const rig = await start();
      const { token } = await rig.setUp();
      for (const name of ['Cleo', 'Bob', 'Dora']) {
        const body = { email: `${name}@Example.org`, name, password: goodPassword };
        expect((await rig.call<User>('/api/v1/users', { token, body })).body).toMatchObject({
          email: `${name.toLowerCase()}@example.org`,
          disabled: false,
        });
      }
      const first = await rig.call<List<User>>('/api/v1/users?limit=3', { token });
      const second = await rig.call<List<User>>(`/api/v1/users?limit=3&cursor=${first.body.nextCursor}`, { token });
      const emails = [...first.body.items, ...second.body.items].map(({ email }) => email);
      expect(emails).toEqual(['admin', 'bob', 'cleo', 'dora'].map((name) => `${name}@example.org`));
      expect(second.body).not.toHaveProperty('nextCursor');
      const found = await rig.call<List<User>>('/api/v1/users?q=CLE', { token });
      expect(found.body.items.map(({ name }) => name)).toEqual(['Cleo']);
      expect((await rig.call<List<User>>('/api/v1/users?q=%25', { token })).body.items).toEqual([]);
      const renamed = await rig.call<User>(`/api/v1/users/${found.body.items[0]?.id}`, {
        method: 'PATCH',
        token,
        body: { name: 'Cleopatra' },
      });
      expect(renamed.body.name).toBe('Cleopatra');
      expect((await rig.problem('/api/v1/users?cursor=nonsense', { token })).body.code).toBe('invalid_cursor');
    });

    test('have one e-mail address each, however it is spelt', async () => {
      const rig = await start();
      const { token } = await rig.setUp();
      const body = { email: 'ADMIN@EXAMPLE.ORG', name: 'Twin', password: goodPassword };
      expect((await rig.problem('/api/v1/users', { token, body })).body).toMatchObject({
        code: 'already_exists',
        details: [{ pointer: '/email' }],
      });
    });

    test('never show their password, and weak ones are refused', async () => {
      const rig = await start();
      const { token } = await rig.setUp();
      const body = { email: 'bob@example.org', name: 'Bob', password: 'bob@example.org!' };
      expect((await rig.problem('/api/v1/users', { token, body })).body).toMatchObject({
        details: [{ pointer: '/password', code: 'contains_email' }],
      });
      const made = await rig.call('/api/v1/users', { token, body: { ...body, password: goodPassword } });
      expect(JSON.stringify(made.body)).not.toMatch(/password|argon/i);
    });

    test('when disabled or removed lose sessions, tokens and refresh at once; when enabled again sign in anew', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org', 'viewer');
      const made = await rig.call<{ value: string }>('/api/v1/me/tokens', {
        token: bob.token,
        body: { name: 'ci', scope: 'write' },
      });
      const path = `/api/v1/users/${bob.userId}`;
      const ways = [bob.token, made.body.value];
      const statuses = () => Promise.all(ways.map(async (token) => (await rig.call('/api/v1/me', { token })).status));
      expect(await statuses()).toEqual([200, 200]);
      await rig.call(path, { method: 'PATCH', token: admin.token, body: { disabled: true } });
      expect(await statuses()).toEqual([401, 401]);
      expect((await rig.refresh(bob.cookie)).body.code).toBe('session_revoked');
      const refused = await rig.problem('/api/v1/auth/sign-in', {
        body: { email: 'bob@example.org', password: goodPassword },
      });
      expect(refused.body).toMatchObject({
        code: 'wrong_credentials',
        detail: 'The e-mail address or the password is wrong.',
      });
      await rig.call(path, { method: 'PATCH', token: admin.token, body: { disabled: false } });
      expect(await statuses()).toEqual([401, 200]);
      expect((await rig.signIn('bob@example.org')).userId).toBe(bob.userId);
      expect((await rig.call(path, { method: 'DELETE', token: admin.token })).status).toBe(204);
      expect(await statuses()).toEqual([401, 401]);
      expect((await rig.problem(path, { method: 'DELETE', token: admin.token })).status).toBe(404);
      const types = (await rig.events.list({ limit: 50, subject: `user/${bob.userId}` })).map(({ type }) => type);
      expect(types).toEqual(['user.deleted', 'user.enabled', 'user.disabled', 'user.created']);
    });

    test('get another password from an administrator, which ends their sessions', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org');
      await rig.call(`/api/v1/users/${bob.userId}`, {
        method: 'PATCH',
        token: admin.token,
        body: { password: newPassword },
      });
      expect((await rig.call('/api/v1/me', { token: bob.token })).status).toBe(401);
      await expect(rig.signIn('bob@example.org')).rejects.toThrow('401');
      expect((await rig.signIn('bob@example.org', newPassword)).userId).toBe(bob.userId);
    });

    test('change their own password, which ends their other sessions and needs the old one', async () => {
      const rig = await start();
      const here = await rig.setUp();
      const there = await rig.signIn('admin@example.org');
      const change = (currentPassword: string, next: string) =>
        rig.problem('/api/v1/me/password', { token: here.token, body: { currentPassword, newPassword: next } });
      expect((await change('wrong', newPassword)).body.code).toBe('wrong_credentials');
      expect((await change(goodPassword, 'admin@example.org')).body).toMatchObject({
        details: [{ pointer: '/newPassword' }],
      });
      expect((await change(goodPassword, newPassword)).status).toBe(204);
      expect((await rig.call('/api/v1/me', { token: here.token })).status).toBe(200);
      expect((await rig.refresh(here.cookie)).status).toBe(200);
      expect((await rig.call('/api/v1/me', { token: there.token })).status).toBe(401);
      expect((await rig.refresh(there.cookie)).status).toBe(401);
      expect((await rig.signIn('admin@example.org', newPassword)).userId).toBe(here.userId);
    });

    test('that are locked out get a password from the command line, and their old sessions end on the server that runs', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org', 'admin');
      await rig.call(`/api/v1/users/${bob.userId}`, { method: 'PATCH', token: admin.token, body: { disabled: true } });
      const database = await use().open();
      const deps = { database, doorbell: createLocalDoorbell(database), clock: rig.clock };
      const reset = (email: string, password: string) => resetPassword({ email, password }, deps);
      await expect(reset('nobody@example.org', newPassword)).rejects.toMatchObject({ code: 'not_found' });
      await expect(reset('bob@example.org', 'short')).rejects.toMatchObject({ code: 'invalid_input' });
      await reset('Admin@Example.org', newPassword);
      await expect.poll(async () => (await rig.call('/api/v1/me', { token: admin.token })).status).toBe(401);
      expect((await rig.signIn('admin@example.org', newPassword)).userId).toBe(admin.userId);
      await reset('bob@example.org', newPassword);
      expect((await rig.signIn('bob@example.org', newPassword)).userId).toBe(bob.userId);
    });

    test('with an old hash get one of today’s parameters when they sign in', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const weak = await hash(goodPassword, { memoryCost: 8192, timeCost: 1 });
      await use().database.transaction(async (tx) => {
        await tx.updateTable('users').set({ password_hash: weak }).where('id', '=', admin.userId).execute();
      });
      await rig.signIn('admin@example.org');
      const row = await use().database.reader.selectFrom('users').select('password_hash').executeTakeFirstOrThrow();
      expect(row.password_hash).toMatch(/m=19456,t=2,p=1/);
      await rig.signIn('admin@example.org');
    });

    test('show when they were last seen, written once in a while and not at every request', async () => {
      const clock = createTestClock();
      const rig = await start({ clock });
      const { token } = await rig.setUp();
      const made = await rig.call<{ value: string; token: PersonalToken }>('/api/v1/me/tokens', {
        token,
        body: { name: 'ci', scope: 'read' },
      });
      for (let request = 0; request < 5; request++) await rig.call('/api/v1/me', { token: made.body.value });
      clock.advance(61_000);
      const lastUsed = async () =>
        (await rig.call<List<PersonalToken>>('/api/v1/me/tokens', { token })).body.items[0]?.lastUsedAt;
      await expect.poll(lastUsed, { timeout: 5000 }).toBeDefined();
      expect((await rig.call<Me>('/api/v1/me', { token })).body.user.lastSeenAt).toBeDefined();
    });
  });

  describe('the last administrator', () => {
    test('cannot be disabled, removed or demoted, and a second one can', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const { token } = admin;
      const own = `/api/v1/users/${admin.userId}`;
      const bindings = await rig.call<List<RoleBinding>>('/api/v1/role-bindings', { token });
      const binding = `/api/v1/role-bindings/${bindings.body.items[0]?.id}`;
      const refusals = async () => [
        (await rig.problem(own, { method: 'PATCH', token, body: { disabled: true } })).body?.code,
        (await rig.problem(own, { method: 'DELETE', token })).body?.code,
        (await rig.problem(binding, { method: 'DELETE', token })).body?.code,
      ];
      expect(await refusals()).toEqual(['last_admin', 'last_admin', 'last_admin']);
      // Neither of these can be relied on: one ends, the other cannot come in.
      await rig.addUser(admin, 'soon@example.org');
      const expiresAt = new Date(rig.clock.now() + 60_000).toISOString();
      await rig.call('/api/v1/role-bindings', { token, body: { user: 'soon@example.org', role: 'admin', expiresAt } });
      const gone = await rig.addUser(admin, 'gone@example.org', 'admin');
      await rig.call(`/api/v1/users/${gone.userId}`, { method: 'PATCH', token, body: { disabled: true } });
      expect(await refusals()).toEqual(['last_admin', 'last_admin', 'last_admin']);
      await rig.addUser(admin, 'second@example.org', 'admin');
      expect((await rig.call(binding, { method: 'DELETE', token })).status).toBe(204);
      expect((await rig.problem('/api/v1/users', { token })).body.code).toBe('permission_denied');
    });

    test('is left when two administrators remove each other at the same moment', async () => {
      const first = await start();
      const second = await startIdentity(await use().open());
      rigs.push(second);
      const ann = await first.setUp();
      const bob = await first.addUser(ann, 'bob@example.org', 'admin');
      const answers = await Promise.all([
        first.call(`/api/v1/users/${bob.userId}`, { method: 'DELETE', token: ann.token }),
        second.call(`/api/v1/users/${ann.userId}`, { method: 'DELETE', token: bob.token }),
      ]);
      expect(answers.filter(({ status }) => status === 204).length).toBeLessThanOrEqual(1);
      const left = await use().database.reader.selectFrom('users').select('id').execute();
      expect(left.length).toBeGreaterThanOrEqual(1);
    });
  });

  describe('role bindings', () => {
    test('are given once per scope, by address or id, and take effect at once', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org');
      const give = (body: object) => rig.problem('/api/v1/role-bindings', { token: admin.token, body });
      expect((await rig.problem('/api/v1/users', { token: bob.token })).body).toMatchObject({
        code: 'permission_denied',
        permission: 'user:list',
      });
      expect((await give({ user: 'BOB@example.org', role: 'viewer' })).status).toBe(201);
      expect((await give({ user: bob.userId, role: 'admin' })).body.code).toBe('already_exists');
      const [binding] = (await rig.call<Me>('/api/v1/me', { token: bob.token })).body.roleBindings;
      await rig.call(`/api/v1/role-bindings/${binding?.id}`, { method: 'DELETE', token: admin.token });
      expect((await give({ user: bob.userId, role: 'admin' })).status).toBe(201);
      expect((await rig.call('/api/v1/users', { token: bob.token })).status).toBe(200);
      const ofBob = await rig.call<List<RoleBinding>>(`/api/v1/role-bindings?user=${bob.userId}`, {
        token: admin.token,
      });
      expect(ofBob.body.items.map(({ role }) => role)).toEqual(['admin']);
    });

    test.each([
      [{ user: 'nobody@example.org', role: 'viewer' }, '/user'],
      [{ user: 'no-such-id', role: 'viewer' }, '/user'],
      [{ user: 'admin@example.org', role: 'viewer', expiresAt: 'tomorrow' }, '/expiresAt'],
      [{ user: 'admin@example.org', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
      [{ user: 'admin@example.org', role: 'owner' }, '/role'],
    ])('%j is refused with a pointer to %s', async (body, pointer) => {
      const rig = await start();
      const { token } = await rig.setUp();
      expect((await rig.problem('/api/v1/role-bindings', { token, body })).body).toMatchObject({
        code: 'invalid_input',
        details: [{ pointer }],
      });
    });

    test('that have expired are absent: for rights, for lists, and for a new one in their place', async () => {
      const clock = createTestClock();
      const rig = await start({ clock });
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org');
      const expiresAt = new Date(clock.now() + 60_000).toISOString();
      const body = { user: 'bob@example.org', role: 'admin', expiresAt };
      await rig.call('/api/v1/role-bindings', { token: admin.token, body });
      expect((await rig.call('/api/v1/users', { token: bob.token })).status).toBe(200);
      clock.advance(61_000);
      expect((await rig.call('/api/v1/users', { token: bob.token })).status).toBe(403);
      expect((await rig.call<Me>('/api/v1/me', { token: bob.token })).body.roleBindings).toEqual([]);
      const again = { user: 'bob@example.org', role: 'viewer' };
      expect((await rig.call('/api/v1/role-bindings', { token: admin.token, body: again })).status).toBe(201);
    });

    test('cannot outlast the role of the one who gives them', async () => {
      const clock = createTestClock();
      const rig = await start({ clock });
      const admin = await rig.setUp();
      const guest = await rig.addUser(admin, 'guest@example.org');
      const until = (minutes: number) => new Date(clock.now() + minutes * 60_000).toISOString();
      const give = (token: string, body: object) => rig.problem('/api/v1/role-bindings', { token, body });
      await give(admin.token, { user: 'guest@example.org', role: 'admin', expiresAt: until(30) });
      await rig.addUser(admin, 'friend@example.org');
      expect((await give(guest.token, { user: 'friend@example.org', role: 'admin' })).body).toMatchObject({
        details: [{ code: 'after_your_own' }],
      });
      expect(
        (await give(guest.token, { user: 'friend@example.org', role: 'admin', expiresAt: until(31) })).status,
      ).toBe(400);
      expect(
        (await give(guest.token, { user: 'friend@example.org', role: 'admin', expiresAt: until(29) })).status,
      ).toBe(201);
    });
  });

  describe('personal tokens', () => {
    test('are shown once, work until they are revoked, and are only their owner’s', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org');
      const made = await rig.call<{ value: string; token: PersonalToken }>('/api/v1/me/tokens', {
        token: admin.token,
        body: { name: 'ci', scope: 'write' },
      });
      expect(made.status).toBe(201);
      expect(made.body.value).toMatch(/^ph_[0-9A-Za-z]{46}$/);
      expect(made.body.value.startsWith(made.body.token.prefix)).toBe(true);
      const days = (Date.parse(made.body.token.expiresAt ?? '') - rig.clock.now()) / 86_400_000;
      expect(Math.round(days)).toBe(90);
      const list = await rig.call<List<PersonalToken>>('/api/v1/me/tokens', { token: made.body.value });
      expect(list.body.items).toHaveLength(1);
      expect(JSON.stringify(list.body)).not.toContain(made.body.value);
      const path = `/api/v1/me/tokens/${made.body.token.id}`;
      expect((await rig.call(path, { method: 'DELETE', token: bob.token })).status).toBe(404);
      expect((await rig.call(path, { method: 'DELETE', token: admin.token })).status).toBe(204);
      expect((await rig.call('/api/v1/me', { token: made.body.value })).status).toBe(401);
    });

    test('expire by the clock', async () => {
      const clock = createTestClock();
      const rig = await start({ clock });
      const { token, cookie } = await rig.setUp();
      const body = { name: 'short', scope: 'read', expiresInDays: 1 };
      const made = await rig.call<{ value: string }>('/api/v1/me/tokens', { token, body });
      expect((await rig.call('/api/v1/me', { token: made.body.value })).status).toBe(200);
      clock.advance(86_400_001);
      expect((await rig.call('/api/v1/me', { token: made.body.value })).status).toBe(401);
      const refreshed = signedIn(await rig.refresh(cookie));
      const list = await rig.call<List<PersonalToken>>('/api/v1/me/tokens', { token: refreshed.token });
      expect(list.body.items).toMatchObject([{ name: 'short' }]);
    });

    test('of read scope read, and change nothing', async () => {
      const rig = await start();
      const admin = await rig.setUp();
      const made = await rig.call<{ value: string; token: PersonalToken }>('/api/v1/me/tokens', {
        token: admin.token,
        body: { name: 'look', scope: 'read' },
      });
      const token = made.body.value;
      for (const path of [
        '/api/v1/me',
        '/api/v1/users',
        '/api/v1/role-bindings',
        '/api/v1/audit',
        '/api/v1/me/sessions',
      ]) {
        expect((await rig.call(path, { token })).status, path).toBe(200);
      }
      const sessions = await rig.call<List<SessionSummary>>('/api/v1/me/sessions', { token });
      const writes: [string, string, object?][] = [
        ['POST', '/api/v1/users', { email: 'x@example.org', name: 'X', password: goodPassword }],
        ['PATCH', `/api/v1/users/${admin.userId}`, { name: 'X' }],
        ['DELETE', `/api/v1/users/${admin.userId}`],
        ['POST', '/api/v1/role-bindings', { user: 'admin@example.org', role: 'viewer' }],
        ['DELETE', '/api/v1/role-bindings/any'],
        ['POST', '/api/v1/me/tokens', { name: 'more', scope: 'write' }],
        ['DELETE', `/api/v1/me/tokens/${made.body.token.id}`],
        ['DELETE', `/api/v1/me/sessions/${sessions.body.items[0]?.id}`],
        ['POST', '/api/v1/me/password', { currentPassword: goodPassword, newPassword }],
        ['POST', '/api/v1/dead-letters/any/replay'],
      ];
      for (const [method, path, body] of writes) {
        const answer = await rig.problem(path, { method, token, ...(body ? { body } : {}) });
        expect(answer.body?.code, `${method} ${path}`).toBe('permission_denied');
      }
      expect((await rig.call('/api/v1/me', { token: admin.token })).status).toBe(200);
    });

    test('made with a token end no later than it', async () => {
      const rig = await start();
      const { token } = await rig.setUp();
      const make = async (withToken: string, expiresInDays: number) =>
        (
          await rig.call<{ value: string; token: PersonalToken }>('/api/v1/me/tokens', {
            token: withToken,
            body: { name: 't', scope: 'write', expiresInDays },
          })
        ).body;
      const first = await make(token, 2);
      const second = await make(first.value, 300);
      expect(second.token.expiresAt).toBe(first.token.expiresAt);
    });
  });
});
