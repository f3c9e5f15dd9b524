import { describe, expect, test } from 'vitest';
import { type Credential, type CredentialKey, type CredentialSource, createPrincipalCache } from './principal-cache.ts';

function createRig() {
  let now = 1_000_000;
  const credentials = new Map<CredentialKey, Credential>();
  const tokens = new Map<string, { key: CredentialKey; expiresAt: number | undefined }>();
  const counts = { tokens: 0, credentials: 0 };
  /** While set, a read has seen the database as it was but has not come back yet. */
  let hold: Promise<void> | undefined;
  const source: CredentialSource = {
    async keyOfTokenHash(hash) {
      counts.tokens += 1;
      return tokens.get(hash);
    },
    async loadCredentials(keys) {
      counts.credentials += 1;
      const found = new Map(
        keys.flatMap((key) => (credentials.get(key) ? [[key, credentials.get(key) as Credential]] : [])),
      );
      await hold;
      return found;
    },
  };
  const cache = createPrincipalCache({ source, clock: { now: () => now, sleep: async () => {} } });
  const credential: Credential = {
    kind: 'session',
    userId: 'ann',
    email: 'ann@example.org',
    name: 'Ann',
    credentialId: '1',
    scope: 'write',
    grants: [{ role: 'operator' }],
    expiresAt: now + 3_600_000,
  };
  credentials.set('session/1', credential);
  tokens.set('hash', { key: 'session/1', expiresAt: now + 600_000 });
  return {
    cache,
    counts,
    credentials,
    credential,
    tokens,
    advance(milliseconds: number) {
      now += milliseconds;
    },
    holdReads() {
      let release: () => void = () => {};
      hold = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        hold = undefined;
        release();
      };
    },
  };
}

describe('the principal cache', () => {
  test('asks once, then answers without a promise', async () => {
    const { cache, counts } = createRig();
    const first = await cache.byTokenHash('hash');
    for (let request = 0; request < 100; request++) expect(cache.byTokenHash('hash')).toBe(first);
    expect(counts).toEqual({ tokens: 1, credentials: 1 });
  });

  test('never remembers a token that is not good', async () => {
    const { cache, tokens } = createRig();
    expect(await cache.byTokenHash('other')).toBeUndefined();
    tokens.set('other', { key: 'session/1', expiresAt: undefined });
    expect((await cache.byTokenHash('other'))?.userId).toBe('ann');
  });

  test('ends a token and a session by the clock', async () => {
    const { cache, advance } = createRig();
    await cache.byTokenHash('hash');
    advance(599_999);
    expect(await cache.byTokenHash('hash')).toBeDefined();
    advance(1);
    expect(await cache.byTokenHash('hash')).toBeUndefined();
    expect(await cache.byKey('session/1')).toBeDefined();
    advance(3_000_000);
    expect(await cache.byKey('session/1')).toBeUndefined();
  });

  test('refuses from the call of userChanged on, and ends held streams before it resolves', async () => {
    const { cache, credentials } = createRig();
    const principal = await cache.byTokenHash('hash');
    const signal = principal?.accessEnd;
    expect(signal?.aborted).toBe(false);
    credentials.delete('session/1');
    const told = cache.userChanged('ann');
    expect(await cache.byTokenHash('hash')).toBeUndefined();
    await told;
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ code: 'session_revoked' });
  });

  test('leaves streams alone when nothing about the access changed, and other users always', async () => {
    const { cache, credentials, credential, tokens } = createRig();
    credentials.set('session/2', { ...credential, credentialId: '2', userId: 'bob' });
    tokens.set('hash of bob', { key: 'session/2', expiresAt: undefined });
    const ann = await cache.byTokenHash('hash');
    const bob = await cache.byTokenHash('hash of bob');
    const signals = [ann?.accessEnd, bob?.accessEnd];
    credentials.delete('session/2');
    await cache.userChanged('ann');
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, false]);
    expect(await cache.byTokenHash('hash')).toBe(ann);
  });

  test('ends streams when roles change, and gives the next request the new ones', async () => {
    const { cache, credentials, credential } = createRig();
    const signal = (await cache.byTokenHash('hash'))?.accessEnd;
    credentials.set('session/1', { ...credential, grants: [{ role: 'viewer' }] });
    await cache.userChanged('ann');
    expect(signal?.aborted).toBe(true);
    expect((await cache.byTokenHash('hash'))?.grants).toEqual([{ role: 'viewer' }]);
  });

  test('does not remember an answer that was read before a change and came back after it', async () => {
    const { cache, credentials, holdReads } = createRig();
    const release = holdReads();
    const slow = cache.byTokenHash('hash');
    await Promise.resolve();
    credentials.delete('session/1');
    await cache.userChanged('ann');
    release();
    await slow;
    expect(await cache.byTokenHash('hash')).toBeUndefined();
  });

  test('ends a stream that is opened by a request from before the change', async () => {
    const { cache, credentials } = createRig();
    const principal = await cache.byTokenHash('hash');
    credentials.delete('session/1');
    await cache.userChanged('ann');
    const signal = principal?.accessEnd;
    await expect.poll(() => signal?.aborted).toBe(true);
  });

  test('asks again after 30 s, so that a lost doorbell is not for ever', async () => {
    const { cache, credentials, advance } = createRig();
    const signal = (await cache.byTokenHash('hash'))?.accessEnd;
    credentials.delete('session/1');
    advance(29_999);
    await cache.sweep();
    expect(signal?.aborted).toBe(false);
    advance(1);
    await cache.sweep();
    expect(signal?.aborted).toBe(true);
    expect(await cache.byTokenHash('hash')).toBeUndefined();
  });

  test('ends streams when a role binding runs out', async () => {
    const { cache, credentials, credential, advance } = createRig();
    credentials.set('session/1', { ...credential, grants: [{ role: 'admin', expiresAt: 1_010_000 }] });
    const signal = (await cache.byTokenHash('hash'))?.accessEnd;
    advance(10_000);
    credentials.set('session/1', { ...credential, grants: [] });
    await cache.sweep();
    expect(signal?.aborted).toBe(true);
  });

  test('forgets what nobody uses and keeps what a stream relies on', async () => {
    const { cache, credentials, credential, tokens, advance } = createRig();
    credentials.set('token/2', { ...credential, kind: 'token', expiresAt: undefined });
    tokens.set('hash 2', { key: 'token/2', expiresAt: undefined });
    const unheld = await cache.byTokenHash('hash');
    const held = (await cache.byTokenHash('hash 2'))?.accessEnd;
    expect(cache.takeUses().map(({ key }) => key)).toEqual(['session/1', 'token/2']);
    expect(cache.takeUses()).toEqual([]);
    advance(16 * 60_000);
    await cache.sweep();
    expect(cache.size).toBe(1);
    expect(held?.aborted).toBe(false);
    expect(unheld?.accessEnd.aborted).toBe(true);
  });
});
