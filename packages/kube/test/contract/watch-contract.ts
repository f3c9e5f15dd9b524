import { silentLogger } from '@pilothouse/core';
import { createClusterCache, type WatchEvent } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { type ClusterUnderTest, configMap } from './cluster-under-test.ts';

/** Watching, and the watch cache on top of it. */
export function watchContract(open: () => ClusterUnderTest): void {
  async function listVersion({ client, type, namespace }: ClusterUnderTest): Promise<string> {
    for await (const page of client.list(type('configmaps'), { namespace, limit: 1 })) return page.resourceVersion;
    throw new Error('no page');
  }

  describe('a watch', () => {
    it('tells of additions, changes and deletions in order, from the version on that it is given', async () => {
      const cluster = open();
      const { client, namespace } = cluster;
      await cluster.create('configmaps', configMap('watched-before', {}, { suite: 'watch' }));
      const resourceVersion = await listVersion(cluster);
      await cluster.create('configmaps', configMap('watched', { a: '1' }, { suite: 'watch' }));
      const ref = cluster.ref('configmaps', 'watched');
      await client.patch(ref, { type: 'merge', body: { data: { a: '2' } } });
      await client.delete(ref);
      const events: WatchEvent[] = [];
      const options = { namespace, labelSelector: 'suite=watch', resourceVersion };
      for await (const event of client.watch(ref.type, options)) {
        if (event.type === 'BOOKMARK') continue;
        events.push(event);
        if (events.length === 3) break;
      }
      expect(events.map((event) => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      expect(events.map((event) => 'object' in event && event.object.data)).toEqual([
        { a: '1' },
        { a: '2' },
        { a: '2' },
      ]);
    });

    it('with a selector tells of objects that come to match as added and that cease to as deleted', async () => {
      const cluster = open();
      const { client, namespace } = cluster;
      await cluster.create('configmaps', configMap('joining', {}, { member: 'no' }));
      const resourceVersion = await listVersion(cluster);
      const ref = cluster.ref('configmaps', 'joining');
      await client.patch(ref, { type: 'merge', body: { metadata: { labels: { member: 'yes' } } } });
      await client.patch(ref, { type: 'merge', body: { metadata: { labels: { member: 'no' } } } });
      const types: string[] = [];
      for await (const event of client.watch(ref.type, { namespace, labelSelector: 'member=yes', resourceVersion })) {
        if (event.type === 'BOOKMARK') continue;
        types.push(event.type);
        if (types.length === 2) break;
      }
      expect(types).toEqual(['ADDED', 'DELETED']);
    });

    it('from a version that is no longer kept ends in "gone"', async () => {
      const { client, type, namespace } = open();
      const watch = async (): Promise<void> => {
        for await (const event of client.watch(type('configmaps'), { namespace, resourceVersion: '1' })) {
          if (event.type === 'BOOKMARK') continue;
          // A server that still has everything may answer from the start; that is no fault.
          return;
        }
      };
      await watch().then(
        () => {},
        (error: unknown) => expect(error).toMatchObject({ code: 'gone', extra: { status: 410 } }),
      );
    });

    it('ends in the time asked for, with a bookmark before', async () => {
      const cluster = open();
      const resourceVersion = await listVersion(cluster);
      const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=10&resourceVersion=${resourceVersion}`;
      const body = await cluster.client.getStream(`/api/v1/namespaces/${cluster.namespace}/configmaps?${query}`);
      await cluster.create('configmaps', configMap('before-the-bookmark'));
      let text = '';
      for await (const chunk of body) text += String(chunk);
      expect(text).toMatch(/"type":"BOOKMARK".*"resourceVersion":"\d+"/);
    });

    it('ends when it is aborted', async () => {
      const cluster = open();
      const abort = new AbortController();
      const resourceVersion = await listVersion(cluster);
      const { namespace } = cluster;
      const events = cluster.client.watch(cluster.type('configmaps'), {
        namespace,
        resourceVersion,
        signal: abort.signal,
      });
      const end = (async () => {
        for await (const _ of events);
      })();
      setTimeout(() => abort.abort(), 50);
      await expect(end).rejects.toMatchObject({ name: 'AbortError' });
    });
  });

  describe('a watch cache', () => {
    it('holds what the cluster holds and follows it, without Secret values', async () => {
      const cluster = open();
      const { client, namespace } = cluster;
      const caches = createClusterCache(client, { log: silentLogger, pageSize: 2 });
      try {
        await cluster.create('secrets', { metadata: { name: 'before' }, stringData: { password: 'hunter22' } });
        const { cache } = caches.acquire(cluster.type('secrets'));
        await cache.synced();
        const seen: string[] = [];
        cache.subscribe({
          changes: (batch) => {
            for (const { key, previous, object } of batch) {
              if (key.startsWith(`${namespace}/`)) seen.push(`${key} ${previous ? 1 : 0}${object ? 1 : 0}`);
            }
          },
        });
        const before = cache.get(`${namespace}/before`);
        expect(before?.data).toEqual({ password: 8 });
        expect(JSON.stringify([...cache.values()])).not.toContain('aHVudGVyMjI=');
        await cluster.create('secrets', { metadata: { name: 'after' }, stringData: { token: 'x' } });
        await client.patch(cluster.ref('secrets', 'after'), {
          type: 'merge',
          body: { metadata: { labels: { a: 'b' } } },
        });
        await client.delete(cluster.ref('secrets', 'after'));
        await expect
          .poll(() => seen, { timeout: 10_000 })
          .toEqual([`${namespace}/after 01`, `${namespace}/after 11`, `${namespace}/after 10`]);
        expect(cache.byUid(before?.metadata.uid ?? '')).toBe(before);
        expect([...cache.inNamespace(namespace)]).toContain(before);
        expect(cache.state).toEqual({ phase: 'live' });
      } finally {
        await caches.close();
      }
    });
  });
}
