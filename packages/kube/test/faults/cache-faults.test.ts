import type { CacheChange, CacheState, ResourceCache } from '@pilothouse/kube';
import { describe, expect, it, vi } from 'vitest';
import { cachesOf, configMap, configMaps, createHurriedClock, startFakeApi } from '../support/fake-api.ts';
import { answer, failure } from '../support/test-server.ts';

/** What a subscriber hears, as short lines: `+a`, `~a`, `-a`, and states in angle brackets. */
function journalOf(cache: ResourceCache): string[] {
  const lines: string[] = [];
  const sign = ({ previous, object }: CacheChange): string => (previous && object ? '~' : object ? '+' : '-');
  cache.subscribe({
    changes: (batch) => void lines.push(...batch.map((change) => `${sign(change)}${change.key.replace('shop/', '')}`)),
    state: (state: CacheState) => void lines.push(`<${state.phase}${'code' in state ? ` ${state.code}` : ''}>`),
  });
  return lines;
}

const names = (cache: ResourceCache): string[] => [...cache.values()].map((object) => object.metadata.name).sort();
const expired = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old',
};

describe('the first list', () => {
  it('is read page by page and then followed', async () => {
    const api = await startFakeApi(Array.from({ length: 25 }, (_, index) => configMap(`m${index}`, index + 1)));
    const { cache } = cachesOf(api, { pageSize: 10 }).acquire(configMaps);
    expect(cache.state).toEqual({ phase: 'syncing', loaded: 0 });
    await cache.synced();
    expect(cache.size).toBe(25);
    expect(api.lists).toHaveLength(3);
    expect((await api.watch(0)).from).toBe('100');
    expect(cache.state).toEqual({ phase: 'live' });
    expect(cache.asOf).toBeGreaterThan(Date.now() - 5000);
  });

  it.each([
    [401, 'Unauthorized', 'cluster_unauthorized'],
    [403, 'Forbidden', 'cluster_denied'],
    [500, 'InternalError', 'cluster_error'],
  ])(
    'refused with %i makes the cache fail with the reason, and recover when it passes',
    async (status, reason, code) => {
      const api = await startFakeApi([configMap('a', 1)]);
      api.intercept = (_request, response) => {
        answer(response, status, failure(status, reason, 'no'));
        return true;
      };
      const { cache } = cachesOf(api).acquire(configMaps);
      await expect(cache.synced()).rejects.toMatchObject({ code });
      expect(cache.state).toMatchObject({ phase: 'failed', code, since: expect.any(Number) });
      expect(cache.asOf).toBeUndefined();
      api.intercept = undefined;
      await vi.waitFor(() => expect(cache.state.phase).toBe('live'));
      await cache.synced();
      expect(names(cache)).toEqual(['a']);
    },
  );

  it('that hangs fails after the time allowed, and can be given up before', async () => {
    const api = await startFakeApi();
    api.intercept = () => true;
    const { cache } = cachesOf(api).acquire(configMaps);
    await expect(cache.synced(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(cache.synced()).rejects.toMatchObject({ code: 'cluster_timeout' });
  });

  it('that breaks off in the second page starts again and ends complete', async () => {
    const api = await startFakeApi(Array.from({ length: 20 }, (_, index) => configMap(`m${index}`, index + 1)));
    let broken = 0;
    api.intercept = (request, response) => {
      if (!request.url?.includes('continue') || broken++ > 0) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"metadata":{"resourceVersion":"1"},"items":[{"metadata":');
      setTimeout(() => response.destroy(), 10);
      return true;
    };
    const { cache } = cachesOf(api, { pageSize: 10 }).acquire(configMaps);
    await expect(cache.synced()).rejects.toMatchObject({ code: 'cluster_unreachable' });
    await vi.waitFor(() => expect(cache.state.phase).toBe('live'));
    expect(cache.size).toBe(20);
  });

  it('that expires between two pages (410) starts again', async () => {
    const api = await startFakeApi(Array.from({ length: 20 }, (_, index) => configMap(`m${index}`, index + 1)));
    let expiries = 0;
    api.intercept = (request, response) => {
      if (!request.url?.includes('continue') || expiries++ > 0) return false;
      answer(response, 410, expired);
      return true;
    };
    const { cache } = cachesOf(api, { pageSize: 10 }).acquire(configMaps);
    await cache.synced();
    expect(cache.size).toBe(20);
  });

  it('with an object of 1 MB, one that nests deeply and one of binary text is held', async () => {
    const deep: unknown = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`);
    const api = await startFakeApi([
      configMap('big', 1, { data: { text: 'x'.repeat(1_000_000) } }),
      configMap('deep', 2, { data: deep }),
      configMap('binary', 3, { data: { text: '\u0000\u001b[2J\ufffd\u2028' } }),
    ]);
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    expect(names(cache)).toEqual(['big', 'binary', 'deep']);
    expect(cache.get('shop/binary')?.data).toEqual({ text: '\u0000\u001b[2J\ufffd\u2028' });
  });
});

describe('a watch', () => {
  it('that is dropped goes on where it was, without a new list', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    const journal = journalOf(cache);
    const first = await api.watch(0);
    first.send('ADDED', configMap('b', 101));
    first.bookmark(150);
    await vi.waitFor(() => expect(journal).toEqual(['+b']));
    await vi.waitFor(() => expect(cache.size).toBe(2));
    first.drop();
    const second = await api.watch(1);
    expect(second.from).toBe('150');
    expect(api.lists).toHaveLength(1);
    second.send('DELETED', configMap('a', 151));
    await vi.waitFor(() => expect(journal).toEqual(['+b', '<stale cluster_unreachable>', '<live>', '-a']));
  });

  it('that the server ends in its time is opened again without a word', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const api = await startFakeApi();
      const { cache } = cachesOf(api).acquire(configMaps);
      await cache.synced();
      const journal = journalOf(cache);
      const first = await api.watch(0);
      vi.setSystemTime(Date.now() + 60_000);
      first.end();
      await api.watch(1);
      expect(journal).toEqual([]);
      expect(cache.state.phase).toBe('live');
    } finally {
      vi.useRealTimers();
    }
  });

  it('that falls silent is opened again', async () => {
    const api = await startFakeApi();
    const { cache } = cachesOf(api, { watchIdle: 100 }).acquire(configMaps);
    await cache.synced();
    expect((await api.watch(1)).from).toBe('100');
    expect(api.lists).toHaveLength(1);
  });

  it('told that its place is gone lists again: deletes for what vanished, and only real differences', async () => {
    const api = await startFakeApi([
      configMap('kept', 1),
      configMap('changed', 2),
      configMap('vanished', 3),
      configMap('remade', 4),
    ]);
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    const journal = journalOf(cache);
    const before = cache.get('shop/kept');
    const remade = configMap('remade', 204);
    remade.metadata.uid = 'uid-another';
    api.items = [configMap('kept', 1), configMap('changed', 202), remade, configMap('new', 203)];
    api.version = 300;
    (await api.watch(0)).send('ERROR', expired);
    expect((await api.watch(1)).from).toBe('300');
    await vi.waitFor(() =>
      expect(journal.filter((line) => !line.startsWith('<')).sort()).toEqual([
        '+new',
        '+remade',
        '-remade',
        '-vanished',
        '~changed',
      ]),
    );
    expect(cache.get('shop/kept')).toBe(before);
    expect(cache.byUid('uid-another')?.metadata.name).toBe('remade');
    expect(cache.byUid('uid-vanished')).toBeUndefined();
  });

  it('told so at once and for ever is asked ever less often, and its content stays', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    api.intercept = (_request, response, isWatch) => {
      if (isWatch) answer(response, 410, expired);
      return isWatch;
    };
    const clock = createHurriedClock();
    const { cache } = cachesOf(api, { clock }).acquire(configMaps);
    await vi.waitFor(() => expect(clock.pauses.length).toBeGreaterThan(7), { timeout: 10_000 });
    expect(names(cache)).toEqual(['a']);
    expect(clock.pauses.at(-1)).toBeGreaterThan(10_000);
    await vi.waitFor(() => expect(cache.state).toMatchObject({ phase: 'stale', code: 'gone' }));
  });

  it('that ends at once and for ever is asked ever less often', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    api.intercept = (_request, response, isWatch) => {
      if (isWatch) response.writeHead(200).end();
      return isWatch;
    };
    const clock = createHurriedClock();
    cachesOf(api, { clock }).acquire(configMaps);
    await vi.waitFor(() => expect(clock.pauses.length).toBeGreaterThan(7), { timeout: 10_000 });
    expect(clock.pauses.at(-1)).toBeGreaterThan(10_000);
    expect(api.lists).toHaveLength(1);
  });

  it('that says something else than events breaks, and is opened again', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    for (const [index, noise] of [
      'not json\n',
      '{"type":"ADDED","object":{"metadata":\n',
      '[]\n',
      '{"type":"ADDED","object":{}}\n',
    ].entries()) {
      const watch = await api.watch(index);
      watch.response.write(noise);
    }
    const last = await api.watch(4);
    last.send('WHATEVER', {});
    last.send('ADDED', configMap('b', 101));
    await vi.waitFor(() => expect(names(cache)).toEqual(['a', 'b']));
  });

  it('refused after it was live keeps the content and says how old it is', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    const watch = await api.watch(0);
    await vi.waitFor(() => expect(cache.state.phase).toBe('live'));
    const { asOf } = cache;
    api.intercept = (_request, response) => {
      answer(response, 403, failure(403, 'Forbidden', 'no longer'));
      return true;
    };
    watch.drop();
    await vi.waitFor(() =>
      expect(cache.state).toMatchObject({ phase: 'stale', code: 'cluster_denied', message: 'no longer' }),
    );
    expect(names(cache)).toEqual(['a']);
    expect(Math.abs((cache.asOf ?? 0) - (asOf ?? 0))).toBeLessThan(50);
  });

  it('that is refused while lists are allowed is made up for by lists', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    api.intercept = (_request, response, isWatch) => {
      if (isWatch) answer(response, 403, failure(403, 'Forbidden', 'you may not watch'));
      return isWatch;
    };
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    api.items = [configMap('b', 2)];
    await vi.waitFor(() => expect(names(cache)).toEqual(['b']), { timeout: 5000 });
    expect(cache.state).toEqual({ phase: 'live' });
  });

  it('with events of 1 MB, white space, managedFields and last-applied keeps what matters', async () => {
    const api = await startFakeApi();
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    const watch = await api.watch(0);
    const full = configMap('full', 101, { data: { text: 'y'.repeat(1_000_000) } });
    full.metadata.managedFields = [{ manager: 'x' }];
    full.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', other: '1' };
    watch.send('ADDED', full);
    watch.response.write(
      `{ "type": "ADDED", "object": ${JSON.stringify({ ...full, metadata: { ...full.metadata, name: 'spaced' } }, undefined, 1).replaceAll('\n', ' ')} }\n`,
    );
    await vi.waitFor(() => expect(names(cache)).toEqual(['full', 'spaced']));
    for (const object of cache.values()) {
      expect(object.metadata.managedFields).toBeUndefined();
      expect(object.metadata.annotations).toEqual({ other: '1' });
    }
  });

  it('that repeats what is known tells nobody', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    const journal = journalOf(cache);
    const watch = await api.watch(0);
    watch.send('ADDED', configMap('a', 1));
    watch.send('DELETED', configMap('nobody', 101));
    watch.send('MODIFIED', configMap('late', 102));
    await vi.waitFor(() => expect(journal).toEqual(['+late']));
  });
});

describe('readers', () => {
  it('resume from a revision as long as the ring reaches back', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    const { cache } = cachesOf(api, { ringSize: 3 }).acquire(configMaps);
    await cache.synced();
    const start = cache.revision;
    const watch = await api.watch(0);
    for (const name of ['b', 'c', 'd']) watch.send('ADDED', configMap(name, 101));
    await vi.waitFor(() => expect(cache.revision).toBe(start + 3));
    expect(cache.changesSince(start)?.map((change) => change.key)).toEqual(['shop/b', 'shop/c', 'shop/d']);
    expect(cache.changesSince(start + 3)).toEqual([]);
    expect(cache.changesSince(start + 4)).toBeUndefined();
    watch.send('ADDED', configMap('e', 102));
    await vi.waitFor(() => expect(cache.revision).toBe(start + 4));
    expect(cache.changesSince(start)).toBeUndefined();
  });

  it('get changes in batches, each change once, also when one of them throws', async () => {
    const api = await startFakeApi();
    const { cache } = cachesOf(api).acquire(configMaps);
    await cache.synced();
    cache.subscribe({
      changes() {
        throw new Error('boom');
      },
    });
    const batches: number[] = [];
    const unsubscribe = cache.subscribe({ changes: (batch) => void batches.push(batch.length) });
    const watch = await api.watch(0);
    const events = Array.from({ length: 500 }, (_, index) =>
      JSON.stringify({ type: 'ADDED', object: configMap(`m${index}`, 200 + index) }),
    );
    watch.response.write(`${events.join('\n')}\n`);
    await vi.waitFor(() => expect(batches.reduce((sum, size) => sum + size, 0)).toBe(500));
    expect(batches.length).toBeLessThan(100);
    unsubscribe();
    watch.send('ADDED', configMap('after', 999));
    await vi.waitFor(() => expect(cache.get('shop/after')).toBeDefined());
    expect(batches.reduce((sum, size) => sum + size, 0)).toBe(500);
  });

  it('share one watch, which ends when the last has been gone for a while', async () => {
    const api = await startFakeApi([configMap('a', 1)]);
    const caches = cachesOf(api, { idleAfter: 2000 });
    const one = caches.acquire(configMaps);
    const two = caches.acquire(configMaps);
    expect(two.cache).toBe(one.cache);
    await one.cache.synced();
    const watch = await api.watch(0);
    expect(api.lists).toHaveLength(1);
    const closed = new Promise((resolve) => watch.response.once('close', resolve));
    one.release();
    one.release();
    two.release();
    const three = caches.acquire(configMaps);
    expect(three.cache).toBe(one.cache);
    three.release();
    await closed;
    expect([...caches.running()]).toEqual([]);
    const four = caches.acquire(configMaps);
    expect(four.cache).not.toBe(one.cache);
    await four.cache.synced();
  });

  it('who wait when the caches close are told, and closing does not wait for a cluster that hangs', async () => {
    const api = await startFakeApi();
    api.intercept = () => true;
    const caches = cachesOf(api);
    const { cache } = caches.acquire(configMaps);
    const waiting = expect(cache.synced()).rejects.toMatchObject({ code: 'shutting_down' });
    await vi.waitFor(() => expect(api.lists).toHaveLength(1));
    await caches.close();
    await waiting;
  });
});
