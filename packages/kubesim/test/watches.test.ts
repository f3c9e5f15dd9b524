import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { type ApiClient, asTable, createApiClient, type Json, type OpenWatch } from './api-client.ts';
import { configMap } from './manifests.ts';

const maps = '/api/v1/namespaces/default/configmaps';

describe('watches', () => {
  let cluster: SimulatedCluster;
  let api: ApiClient;

  beforeEach(async () => {
    cluster = createSimulatedCluster({
      controllers: false,
      bookmarkMilliseconds: 50,
      window: { maxEvents: 10, maxBytes: 1_000_000 },
    });
    await cluster.listen();
    api = createApiClient(cluster);
    cluster.store.create('configmaps', configMap('one', { a: '1' }));
  });

  afterEach(() => cluster.close());

  const now = async () => (await api.get(maps)).body.metadata.resourceVersion as string;
  const seen = (watch: OpenWatch) =>
    watch.events.map((event: Json) => `${event.type} ${event.object.metadata?.name ?? ''}`.trim());
  const until = (watch: OpenWatch, expected: string[]) => vi.waitFor(() => expect(seen(watch)).toEqual(expected));
  const change = (name: string, labels: Record<string, string>) =>
    cluster.store.update('configmaps', { namespace: 'default', name }, (draft) => {
      draft.metadata.labels = labels;
    });

  it('begin with what is there when no version is named', async () => {
    for (const version of ['', '&resourceVersion=0']) {
      const watch = api.watch(`${maps}?watch=1${version}`);
      await until(watch, ['ADDED one']);
      expect(watch.events[0].object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } });
      watch.close();
    }
  });

  it('resume after exactly the version named', async () => {
    const from = await now();
    cluster.store.create('configmaps', configMap('two', {}));
    change('one', { x: 'y' });
    const watch = api.watch(`${maps}?watch=1&resourceVersion=${from}`);
    await until(watch, ['ADDED two', 'MODIFIED one']);
    cluster.store.delete('configmaps', { namespace: 'default', name: 'two' });
    await until(watch, ['ADDED two', 'MODIFIED one', 'DELETED two']);
    const versions = watch.events.map((event: Json) => Number(event.object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it('show an object entering and leaving a selection as added and deleted', async () => {
    const watch = api.watch(`${maps}?watch=1&labelSelector=in%3Dyes&resourceVersion=${await now()}`);
    change('one', { in: 'yes' });
    change('one', { in: 'yes', more: 'x' });
    change('one', { in: 'no' });
    change('one', { in: 'no', more: 'y' });
    await until(watch, ['ADDED one', 'MODIFIED one', 'DELETED one']);
  });

  it('see nothing of a write that changes nothing', async () => {
    const watch = api.watch(`${maps}?watch=1&resourceVersion=${await now()}`);
    change('one', { x: 'y' });
    change('one', { x: 'y' });
    cluster.store.create('configmaps', configMap('mark', {}));
    await until(watch, ['MODIFIED one', 'ADDED mark']);
  });

  it('get bookmarks when they ask, and the end of the initial state marked', async () => {
    const bookmarks = api.watch(`${maps}?watch=1&allowWatchBookmarks=true&resourceVersion=${await now()}`);
    await vi.waitFor(() =>
      expect(bookmarks.events[0]).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap' } }),
    );
    const streamed = api.watch(
      `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    await vi.waitFor(() => expect(streamed.events.length).toBeGreaterThan(1));
    expect(seen(streamed).slice(0, 2)).toEqual(['ADDED one', 'BOOKMARK']);
    expect(streamed.events[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    const wrong = await api.get(`${maps}?watch=1&sendInitialEvents=true`);
    expect(wrong.code).toBe(400);
  });

  it('are told 410 in the stream when the window has moved on', async () => {
    const from = await now();
    for (let index = 0; index < 20; index++) change('one', { index: String(index) });
    const watch = api.watch(`${maps}?watch=1&resourceVersion=${from}`);
    await vi.waitFor(() => expect(watch.closed).toBe(true));
    expect(watch.events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
  });

  it('end after timeoutSeconds', async () => {
    const started = Date.now();
    const watch = api.watch(`${maps}?watch=1&timeoutSeconds=1`);
    await vi.waitFor(() => expect(watch.closed).toBe(true), 5000);
    expect(Date.now() - started).toBeGreaterThanOrEqual(900);
  });

  it('come as table rows, with the columns once', async () => {
    const watch = api.watch(`${maps}?watch=1`, asTable);
    await vi.waitFor(() => expect(watch.events).toHaveLength(1));
    cluster.store.create('configmaps', configMap('two', {}));
    await vi.waitFor(() => expect(watch.events).toHaveLength(2));
    expect(watch.events[0].object.columnDefinitions).toHaveLength(3);
    expect(watch.events[1].object).toMatchObject({
      columnDefinitions: [],
      rows: [{ cells: ['two', 0, expect.any(String)] }],
    });
  });

  it('of one object: by field selector, or by the old path', async () => {
    cluster.store.create('configmaps', configMap('two', {}));
    const bySelector = api.watch(`${maps}?watch=1&fieldSelector=metadata.name%3Dtwo`);
    const byPath = api.watch('/api/v1/watch/namespaces/default/configmaps/two');
    await until(bySelector, ['ADDED two']);
    await until(byPath, ['ADDED two']);
  });

  it('can be dropped, and resumed without a gap', async () => {
    const first = api.watch(`${maps}?watch=1&resourceVersion=${await now()}`);
    cluster.store.create('configmaps', configMap('before', {}));
    await until(first, ['ADDED before']);
    cluster.dropWatches();
    await vi.waitFor(() => expect(first.closed).toBe(true));
    cluster.store.create('configmaps', configMap('meanwhile', {}));
    const last = first.events.at(-1).object.metadata.resourceVersion;
    await until(api.watch(`${maps}?watch=1&resourceVersion=${last}`), ['ADDED meanwhile']);
  });

  it('cut off a reader that never reads, and keep serving the others', async () => {
    const from = await now();
    const stalled = connect(Number(new URL(cluster.url).port), '127.0.0.1').on('error', () => undefined);
    stalled.write(`GET ${maps}?watch=1&resourceVersion=${from} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(stalled, 'readable'); // the answer has begun; nothing reads it
    const healthy = api.watch(`${maps}?watch=1&resourceVersion=${from}`);
    cluster.store.create('configmaps', configMap('open', {}));
    await until(healthy, ['ADDED open']);
    const big = 'x'.repeat(200_000);
    for (let index = 0; index < 250; index++) {
      cluster.store.update('configmaps', { namespace: 'default', name: 'one' }, (draft) => {
        draft.data = { big, index: String(index) };
      });
      await new Promise(setImmediate);
    }
    await vi.waitFor(() => expect(healthy.events).toHaveLength(251), 15_000);
    let received = 0;
    stalled.on('data', (chunk) => {
      received += chunk.length;
    });
    await once(stalled, 'close');
    expect(received).toBeLessThan(250 * 200_000);
  });
});
