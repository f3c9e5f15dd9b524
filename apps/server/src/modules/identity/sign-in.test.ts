import type { Session } from '@pilothouse/contract';
import { afterEach, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import {
  createTestClock,
  goodPassword,
  type IdentityRig,
  type IdentityRigOptions,
  startIdentity,
} from './identity-test-rig.ts';
import { createSignInThrottle } from './sign-in-throttle-store.ts';

describeDatabases('signing in', (use) => {
  const rigs: IdentityRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });
  async function start(options: IdentityRigOptions = {}) {
    const rig = await startIdentity(use().database, options);
    rigs.push(rig);
    return rig;
  }
  const attempt = (rig: IdentityRig, email: string, password = 'wrong') =>
    rig.problem('/api/v1/auth/sign-in', { body: { email, password } });
  /** So that the address the tests come from is not one the account is signed in from. */
  const forgetSessions = () =>
    use().database.transaction(async (tx) => {
      await tx.deleteFrom('sessions').execute();
    });

  test('answers an unknown account, a wrong password and a disabled account in the very same way', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const bob = await rig.addUser(admin, 'bob@example.org');
    await rig.call(`/api/v1/users/${bob.userId}`, { method: 'PATCH', token: admin.token, body: { disabled: true } });
    const answers = [
      await attempt(rig, 'nobody@example.org'),
      await attempt(rig, 'admin@example.org'),
      await attempt(rig, 'bob@example.org', goodPassword),
    ];
    const bodies = answers.map(({ body }) => ({ ...body, requestId: '' }));
    expect(bodies[0]).toMatchObject({ status: 401, code: 'wrong_credentials' });
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
    for (const { headers } of answers) expect(headers.getSetCookie()).toEqual([]);
  });

  test('takes about as long for an account that does not exist', { retry: 2 }, async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    await rig.setUp();
    const milliseconds: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    for (let round = 0; round < 9; round++) {
      for (const [kind, email] of [
        ['known', 'admin@example.org'],
        ['unknown', 'nobody@example.org'],
      ] as const) {
        clock.advance(25 * 3_600_000);
        const startedAt = performance.now();
        expect((await attempt(rig, email)).status).toBe(401);
        milliseconds[kind].push(performance.now() - startedAt);
      }
    }
    const [known, unknown] = [median(milliseconds.known), median(milliseconds.unknown)];
    expect(unknown / known).toBeGreaterThan(0.6);
    expect(unknown / known).toBeLessThan(1.7);
  });

  test.each(['admin@example.org', 'nobody@example.org'])(
    'for %s makes one wait longer and longer after five failures',
    async (email) => {
      const clock = createTestClock();
      const rig = await start({ clock });
      await rig.setUp();
      await forgetSessions();
      for (let failure = 0; failure < 6; failure++) expect((await attempt(rig, email)).status).toBe(401);
      const first = await attempt(rig, email, goodPassword);
      expect(first.body.code).toBe('sign_in_throttled');
      expect(first.headers.get('retry-after')).toBe('1');
      clock.advance(1001);
      expect((await attempt(rig, email)).status).toBe(401);
      expect((await attempt(rig, email, goodPassword)).headers.get('retry-after')).toBe('2');
      clock.advance(2001);
      expect((await attempt(rig, email, goodPassword)).status).toBe(email.startsWith('admin') ? 200 : 401);
    },
  );

  test('forgets the failures of an account when its owner comes in', async () => {
    const rig = await start();
    await rig.setUp();
    await forgetSessions();
    for (let round = 0; round < 3; round++) {
      for (let failure = 0; failure < 4; failure++) await attempt(rig, 'admin@example.org');
      await rig.signIn('admin@example.org');
      await forgetSessions();
    }
  });

  test('is throttled through a restart and on another replica alike', async () => {
    const clock = createTestClock();
    const first = await start({ clock });
    await first.setUp();
    await forgetSessions();
    for (let failure = 0; failure < 6; failure++) await attempt(first, 'admin@example.org');
    const second = await startIdentity(await use().open(), { clock });
    rigs.push(second);
    expect((await attempt(second, 'admin@example.org', goodPassword)).body.code).toBe('sign_in_throttled');
  });

  test('does not let a stranger lock the owner out of a place they are signed in from', async () => {
    const clock = createTestClock();
    const rig = await start({ clock });
    await rig.setUp();
    const throttle = createSignInThrottle({ database: use().database, clock });
    const stranger = { email: 'admin@example.org', address: '203.0.113.9', isKnownAddress: false };
    for (let failure = 0; failure < 8; failure++) await throttle.begin(stranger);
    expect(await throttle.begin(stranger)).toBeGreaterThan(0);
    expect((await attempt(rig, 'admin@example.org', goodPassword)).status).toBe(200);
  });

  test('counts an address over all accounts, IPv6 networks as one', async () => {
    const clock = createTestClock();
    await start({ clock });
    const throttle = createSignInThrottle({ database: use().database, clock });
    const from = (address: string, index: number) =>
      throttle.begin({ email: `account${index}@example.org`, address, isKnownAddress: false });
    for (let failure = 0; failure < 21; failure++) {
      expect(await from('198.51.100.7', failure)).toBe(0);
      expect(await from(`2001:db8:1:2::${failure}`, 100 + failure)).toBe(0);
    }
    expect(await from('198.51.100.7', 999)).toBeGreaterThan(0);
    expect(await from('::ffff:198.51.100.7', 999)).toBeGreaterThan(0);
    expect(await from('2001:db8:1:2:ffff::1', 999)).toBeGreaterThan(0);
    expect(await from('198.51.100.8', 999)).toBe(0);
    expect(await from('2001:db8:1:3::1', 998)).toBe(0);
  });

  test('lets no burst of guesses slip through at once', async () => {
    const clock = createTestClock();
    const first = await start({ clock });
    const second = await startIdentity(await use().open(), { clock });
    rigs.push(second);
    await first.setUp();
    await forgetSessions();
    const frozen = { ...clock, now: () => 1_800_000_000_000 };
    const throttles = [use().database, second.database].map((database) =>
      createSignInThrottle({ database, clock: frozen }),
    );
    const tries = Array.from({ length: 40 }, (_, index) =>
      throttles[index % 2]?.begin({ email: 'admin@example.org', address: `192.0.2.${index}`, isKnownAddress: false }),
    );
    const waits = await Promise.all(tries);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(6);
  });

  test('is audited, whether it works or not, and never with the password', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    await attempt(rig, 'admin@example.org', 'a very secret wrong password');
    await attempt(rig, 'nobody@example.org', 'a very secret wrong password');
    await rig.signIn('admin@example.org');
    const { body } = await rig.call<{ items: { result: string; object: string }[] }>(
      '/api/v1/audit?verb=session.create',
      { token: admin.token },
    );
    expect(body.items.map(({ result, object }) => `${result} ${object.split('/')[0]}`)).toEqual([
      'allowed session',
      'denied account',
      'denied account',
    ]);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(body.items[1]).toMatchObject({
      actor: { type: 'anonymous' },
      address: '127.0.0.1',
      details: { reason: 'unknown account' },
    });
  });

  test('with a body that is no sign-in is refused before anything is counted', async () => {
    const rig = await start();
    for (const body of [
      {},
      { email: 'a@b' },
      { email: 'no address', password: 'x' },
      { email: 'a@b', password: 'x', extra: 1 },
      [],
      'x',
    ]) {
      expect((await rig.problem('/api/v1/auth/sign-in', { body })).body.code).toBe('invalid_input');
    }
    expect(await use().database.reader.selectFrom('sign_in_throttles').selectAll().execute()).toEqual([]);
  });

  test('a session that began while the password was changed elsewhere does not come about', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const signingIn = rig.call<Session>('/api/v1/auth/sign-in', {
      body: { email: 'admin@example.org', password: goodPassword },
    });
    const changing = rig.call('/api/v1/me/password', {
      token: admin.token,
      body: { currentPassword: goodPassword, newPassword: 'tuna-lantern-93-oblique' },
    });
    const [session] = await Promise.all([signingIn, changing]);
    if (session.status !== 200) return;
    // It was in before the change: then the change has ended it.
    expect((await rig.call('/api/v1/me', { token: session.body.accessToken })).status).toBe(401);
  });
});

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
