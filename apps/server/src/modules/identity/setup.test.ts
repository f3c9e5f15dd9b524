import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Me, RoleBinding, Session } from '@pilothouse/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import {
  createTestClock,
  goodPassword,
  type IdentityRig,
  type IdentityRigOptions,
  signedIn,
  startIdentity,
} from './identity-test-rig.ts';
import { newSecretToken } from './secret-token.ts';

describeDatabases('the first administrator', (use) => {
  const rigs: IdentityRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });
  async function start(options: IdentityRigOptions = {}) {
    const rig = await startIdentity(use().database, options);
    rigs.push(rig);
    return rig;
  }
  const tokenOf = async (rig: IdentityRig) => (await rig.identity.startPath())?.split('#token=')[1] ?? '';
  const person = (token: string, email = 'admin@example.org') => ({
    token,
    email,
    name: 'Admin',
    password: goodPassword,
  });
  const setUp = (rig: IdentityRig, token: string, email?: string) =>
    rig.problem('/api/v1/setup', { body: person(token, email) });
  const countAdmins = async () => (await use().database.reader.selectFrom('users').selectAll().execute()).length;

  describe('with the link', () => {
    test('is made once, is signed in, and may do everything', async () => {
      const rig = await start();
      expect((await rig.call('/api/v1/setup')).body).toEqual({ needed: true, localMode: false });
      const path = await rig.identity.startPath();
      expect(path).toMatch(/^\/setup#token=phl_/);
      const admin = signedIn(
        await rig.call<Session>('/api/v1/setup', { body: person(path?.split('token=')[1] ?? '') }),
      );
      const { body } = await rig.call<Me>('/api/v1/me', { token: admin.token });
      expect(body.roleBindings).toMatchObject([{ role: 'admin' }]);
      expect(body.roleBindings[0]).not.toHaveProperty('expiresAt');
      expect((await rig.call('/api/v1/setup')).body).toEqual({ needed: false, localMode: false });
      expect(await rig.identity.startPath()).toBeUndefined();
      expect((await rig.call('/api/v1/users', { token: admin.token })).status).toBe(200);
    });

    test('is asked for the link, a good password, and nothing is made otherwise', async () => {
      const rig = await start();
      const token = await tokenOf(rig);
      for (const wrong of [
        '',
        'x',
        newSecretToken('link'),
        newSecretToken('personal'),
        `${token}x`,
        token.slice(0, -1),
      ]) {
        expect((await setUp(rig, wrong)).body.code, wrong).toBe('setup_link_invalid');
      }
      const weak = await rig.problem('/api/v1/setup', { body: { ...person(token), password: 'passwordpassword' } });
      expect(weak.body).toMatchObject({
        code: 'invalid_input',
        details: [{ pointer: '/password', code: 'too_common' }],
      });
      expect(await countAdmins()).toBe(0);
      expect((await setUp(rig, token)).status).toBe(201);
    });

    test('cannot use it twice', async () => {
      const rig = await start();
      const token = await tokenOf(rig);
      expect((await setUp(rig, token)).status).toBe(201);
      expect((await setUp(rig, token, 'second@example.org')).body.code).toBe('setup_done');
      expect(await countAdmins()).toBe(1);
    });

    test('has 24 hours', async () => {
      const clock = createTestClock();
      const rig = await start({ clock });
      const token = await tokenOf(rig);
      clock.advance(24 * 3_600_000 + 1000);
      expect((await setUp(rig, token)).body.code).toBe('setup_link_invalid');
    });

    test('uses the newest one: a restart voids the link before', async () => {
      const first = await start();
      const old = await tokenOf(first);
      const second = await start();
      const fresh = await tokenOf(second);
      expect((await setUp(second, old)).body.code).toBe('setup_link_invalid');
      expect((await setUp(second, fresh)).status).toBe(201);
    });

    test('is one, however many try at once on two replicas', async () => {
      const first = await start();
      const second = await startIdentity(await use().open());
      rigs.push(second);
      const token = await tokenOf(first);
      const tries = Array.from({ length: 8 }, (_, index) =>
        setUp(index % 2 ? first : second, token, `admin${index}@example.org`),
      );
      const statuses = (await Promise.all(tries)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 201)).toHaveLength(1);
      expect(await countAdmins()).toBe(1);
    });

    test('is announced and audited, without the secrets', async () => {
      const rig = await start();
      const admin = signedIn(await rig.call<Session>('/api/v1/setup', { body: person(await tokenOf(rig)) }));
      const types = (await rig.events.list({ limit: 10 })).map(({ type }) => type);
      expect(types.sort()).toEqual(['roleBinding.created', 'session.started', 'user.created']);
      const { body } = await rig.call<{ items: unknown[] }>('/api/v1/audit?verb=setup.complete', {
        token: admin.token,
      });
      expect(body.items).toMatchObject([
        { actor: { type: 'user', name: 'admin@example.org' }, result: 'allowed', address: '127.0.0.1' },
      ]);
    });
  });

  describe('unattended', () => {
    async function files(rig: IdentityRig, password = `${goodPassword}\n`) {
      const adminPasswordFile = join(rig.folder, 'password');
      writeFileSync(adminPasswordFile, password);
      return { adminEmail: 'Robot@Example.org', adminPasswordFile, adminTokenFile: join(rig.folder, 'token') };
    }
    async function restart(config: IdentityRigOptions['config']) {
      return start({ ...(config ? { config } : {}) });
    }

    test('is made from the configuration, with a first token only this user can read', async () => {
      const outer = await start();
      const config = await files(outer);
      const rig = await restart(config);
      await rig.identity.setUpUnattended();
      expect(statSync(config.adminTokenFile).mode & 0o777).toBe(0o600);
      const token = readFileSync(config.adminTokenFile, 'utf8').trim();
      expect((await rig.call<Me>('/api/v1/me', { token })).body).toMatchObject({
        principal: 'token',
        user: { email: 'robot@example.org' },
      });
      expect((await rig.call('/api/v1/users', { token })).status).toBe(200);
      expect((await rig.signIn('robot@example.org')).token).toBeDefined();
      expect(await rig.identity.startPath()).toBeUndefined();
    });

    test('stays as it is at every later start, even when the files are gone or other', async () => {
      const outer = await start();
      const config = await files(outer);
      const rig = await restart(config);
      await rig.identity.setUpUnattended();
      const token = readFileSync(config.adminTokenFile, 'utf8');
      writeFileSync(config.adminPasswordFile, 'another password of the robot');
      await rig.identity.setUpUnattended();
      expect(readFileSync(config.adminTokenFile, 'utf8')).toBe(token);
      expect((await rig.signIn('robot@example.org')).token).toBeDefined();
      const later = await restart({ ...config, adminPasswordFile: join(outer.folder, 'gone') });
      await later.identity.setUpUnattended();
      expect(await countAdmins()).toBe(1);
    });

    test('is one when two replicas start together', async () => {
      const outer = await start();
      const config = await files(outer);
      const first = await restart(config);
      const second = await startIdentity(await use().open(), { config });
      rigs.push(second);
      await Promise.all([first.identity.setUpUnattended(), second.identity.setUpUnattended()]);
      expect(await countAdmins()).toBe(1);
      const token = readFileSync(config.adminTokenFile, 'utf8').trim();
      expect((await first.call('/api/v1/me', { token })).status).toBe(200);
    });

    test('says what is wrong with the files, and makes nothing', async () => {
      const outer = await start();
      const config = await files(outer);
      const folder = join(outer.folder, 'folder');
      mkdirSync(folder);
      const missing = join(outer.folder, 'missing');
      const precious = join(outer.folder, 'precious');
      writeFileSync(precious, 'not a token');
      const weak = join(outer.folder, 'weak');
      writeFileSync(weak, 'short');
      const empty = join(outer.folder, 'empty');
      writeFileSync(empty, '\n');
      const cases: [object, RegExp][] = [
        [{ adminPasswordFile: missing }, /PASSWORD_FILE: there is no file .*missing/],
        [{ adminPasswordFile: folder }, /PASSWORD_FILE: the file .*folder cannot be read/],
        [{ adminPasswordFile: empty }, /PASSWORD_FILE: the file .*empty is empty/],
        [{ adminPasswordFile: weak }, /PASSWORD_FILE: the password in .*weak is refused. Use at least 12/],
        [{ adminTokenFile: precious }, /TOKEN_FILE: the file .*precious exists and holds no token/],
        [{ adminTokenFile: join(missing, 'token') }, /TOKEN_FILE: the file .* cannot be written/],
        [{ adminEmail: undefined }, /needs PILOTHOUSE_ADMIN_EMAIL and PILOTHOUSE_ADMIN_PASSWORD_FILE/],
      ];
      for (const [change, message] of cases) {
        const { adminEmail, ...rest } = { ...config, ...change };
        const rig = await restart(adminEmail === undefined ? rest : { adminEmail, ...rest });
        await expect(rig.identity.setUpUnattended()).rejects.toMatchObject({
          code: 'invalid_config',
          message: expect.stringMatching(message),
        });
      }
      expect(await countAdmins()).toBe(0);
      expect(readFileSync(precious, 'utf8')).toBe('not a token');
      expect(existsSync(config.adminTokenFile)).toBe(false);
      chmodSync(outer.folder, 0o700);
    });
  });

  describe('in local mode', () => {
    test('is the machine’s user: the printed link signs any browser in until the server stops', async () => {
      const rig = await start({ config: { local: true } });
      expect((await rig.call('/api/v1/setup')).body).toEqual({ needed: false, localMode: true });
      const path = await rig.identity.startPath();
      expect(path).toMatch(/^\/sign-in#token=phl_/);
      const token = path?.split('token=')[1];
      for (let browser = 0; browser < 2; browser++) {
        const answer = signedIn(await rig.call<Session>('/api/v1/auth/sign-in-once', { body: { token } }));
        expect((await rig.call<Me>('/api/v1/me', { token: answer.token })).body).toMatchObject({
          localMode: true,
          roleBindings: [{ role: 'admin' }],
        });
        expect((await rig.refresh(answer.cookie)).status).toBe(200);
      }
      const next = await start({ config: { local: true } });
      expect((await next.problem('/api/v1/auth/sign-in-once', { body: { token } })).body.code).toBe(
        'setup_link_invalid',
      );
      expect((await next.problem('/api/v1/auth/sign-in-once', { body: { token: '' } })).body.code).toBe(
        'setup_link_invalid',
      );
    });

    test('leaves a token for the CLI that only this user can read and that ends with the next start', async () => {
      const first = await start({ config: { local: true } });
      const file = join(first.folder, 'local-token');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const old = readFileSync(file, 'utf8').trim();
      const me = await first.call<Me>('/api/v1/me', { token: old });
      expect(me.body).toMatchObject({ principal: 'local', localMode: true });
      expect((await first.call('/api/v1/users', { token: old })).status).toBe(200);
      expect((await first.call<{ items: unknown[] }>('/api/v1/me/tokens', { token: old })).body.items).toEqual([]);
      const second = await start({ config: { local: true } });
      expect((await second.call('/api/v1/me', { token: old })).status).toBe(401);
      await rigs.pop()?.stop();
      expect(existsSync(join(second.folder, 'local-token'))).toBe(false);
    });

    test('is nobody once the same data is served to others', async () => {
      const local = await start({ config: { local: true } });
      const token = readFileSync(join(local.folder, 'local-token'), 'utf8').trim();
      const link = (await local.identity.startPath())?.split('token=')[1];
      const browser = signedIn(await local.call<Session>('/api/v1/auth/sign-in-once', { body: { token: link } }));
      const served = await start();
      expect((await served.call('/api/v1/me', { token })).status).toBe(401);
      expect((await served.call('/api/v1/me', { token: browser.token })).status).toBe(401);
      expect((await served.refresh(browser.cookie)).status).toBe(401);
      expect((await served.problem('/api/v1/auth/sign-in-once', { body: { token: link } })).body.code).toBe(
        'setup_link_invalid',
      );
      expect((await served.call('/api/v1/setup')).body).toMatchObject({ needed: true });
      const taken = await setUp(served, await tokenOf(served), 'you@pilothouse.localhost');
      expect(taken.body.code).toBe('invalid_input');
      const admin = await served.setUp();
      const { body } = await served.call<{ items: { email: string }[] }>('/api/v1/users', { token: admin.token });
      expect(body.items.map(({ email }) => email)).toEqual(['admin@example.org']);
      const bindings = await served.call<{ items: RoleBinding[] }>('/api/v1/role-bindings', { token: admin.token });
      expect(bindings.body.items.map(({ user }) => user.email)).toContain('admin@example.org');
    });

    test('cannot be disabled, removed or given a password', async () => {
      const rig = await start({ config: { local: true } });
      const token = readFileSync(join(rig.folder, 'local-token'), 'utf8').trim();
      const { body } = await rig.call<Me>('/api/v1/me', { token });
      const path = `/api/v1/users/${body.user.id}`;
      for (const change of [{ disabled: true }, { password: goodPassword }]) {
        expect((await rig.problem(path, { method: 'PATCH', token, body: change })).body.code).toBe('last_admin');
      }
      expect((await rig.problem(path, { method: 'DELETE', token })).body.code).toBe('last_admin');
      const password = { currentPassword: '', newPassword: goodPassword };
      expect((await rig.problem('/api/v1/me/password', { token, body: password })).status).toBe(401);
    });
  });
});
