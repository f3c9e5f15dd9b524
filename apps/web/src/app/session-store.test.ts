// @vitest-environment node
import type { Session } from '@pilothouse/contract';
import { describe, expect, it, vi } from 'vitest';
import { createSessionStore, type SessionChannel, type SessionMessage, type TabLock } from './session-store.ts';

const session = (token: string, expiresAt: number): Session => ({
  accessToken: token,
  expiresAt: new Date(expiresAt).toISOString(),
  user: { id: 'u1', email: 'ada@example.com', name: 'Ada', disabled: false, createdAt: '2026-01-01T00:00:00Z' },
});

/** Tabs of one browser: they hear each other, share a lock, and the server takes each refresh cookie once. */
function browser() {
  let time = 1_000_000;
  let cookie = 1;
  let refreshes = 0;
  let queue: Promise<unknown> = Promise.resolve();
  const receivers: ((message: SessionMessage) => void)[] = [];
  const lock: TabLock = (task) => {
    const turn = queue.then(task, task);
    queue = turn.catch(() => {});
    return turn;
  };
  const refresh = vi.fn(async () => {
    const mine = cookie;
    refreshes += 1;
    await Promise.resolve();
    if (mine !== cookie) throw new Error('the refresh cookie was used twice');
    cookie += 1;
    return session(`token-${refreshes}`, time + 600_000);
  });
  const tab = () => {
    const own: ((message: SessionMessage) => void)[] = [];
    const channel: SessionChannel = {
      post: (message) => {
        for (const receive of receivers) if (!own.includes(receive)) receive(message);
      },
      listen: (receive) => {
        own.push(receive);
        receivers.push(receive);
      },
    };
    return createSessionStore({ refresh, channel, lock, now: () => time });
  };
  return { tab, refresh, pass: (milliseconds: number) => (time += milliseconds) };
}

describe('the session of a tab', () => {
  it('is unknown until the cookie was tried, then signed in or out', async () => {
    const { tab } = browser();
    const store = tab();
    expect(store.current().status).toBe('unknown');
    expect((await store.ready()).status).toBe('signed-in');
    const nobody = createSessionStore({
      refresh: async () => undefined,
      channel: { post() {}, listen() {} },
      lock: (task) => task(),
    });
    expect((await nobody.ready()).status).toBe('signed-out');
    expect(await nobody.accessToken({ refresh: false })).toBeUndefined();
  });

  it('renews once for many requests at a time', async () => {
    const { tab, refresh } = browser();
    const store = tab();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => store.accessToken({ refresh: false })));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('renews before the token ends, not after it was refused', async () => {
    const { tab, refresh, pass } = browser();
    const store = tab();
    await store.ready();
    pass(580_000);
    expect(await store.accessToken({ refresh: false })).toBe('token-1');
    pass(10_000);
    expect(await store.accessToken({ refresh: false })).toBe('token-2');
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('renews when the server refused the token, once for all that were refused', async () => {
    const { tab, refresh, pass } = browser();
    const store = tab();
    await store.ready();
    pass(60_000);
    const tokens = await Promise.all([store.accessToken({ refresh: true }), store.accessToken({ refresh: true })]);
    expect(tokens).toEqual(['token-2', 'token-2']);
    // A third that was refused with the first token, and says so a moment later.
    expect(await store.accessToken({ refresh: true })).toBe('token-2');
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('shares one renewal with the other tabs, so that no cookie is used twice', async () => {
    const { tab, refresh } = browser();
    const tabs = [tab(), tab(), tab()];
    const tokens = await Promise.all(tabs.map((store) => store.accessToken({ refresh: false })));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('ends in every tab when it ends in one', async () => {
    const { tab } = browser();
    const [one, other] = [tab(), tab()];
    await Promise.all([one.ready(), other.ready()]);
    one.drop();
    expect(other.current().status).toBe('signed-out');
    expect(await other.accessToken({ refresh: false })).toBeUndefined();
  });

  it('stays unknown when the server does not answer, and is tried again', async () => {
    let broken = true;
    const store = createSessionStore({
      refresh: async () => {
        if (broken) throw new Error('no answer');
        return session('late', Date.now() + 600_000);
      },
      channel: { post() {}, listen() {} },
      lock: (task) => task(),
    });
    await expect(store.ready()).rejects.toThrow('no answer');
    expect(store.current().status).toBe('unknown');
    broken = false;
    expect((await store.ready()).status).toBe('signed-in');
  });
});
