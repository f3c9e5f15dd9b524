import { clusterRoutes, type ResourceRow, resourceRoutes, type TableMessage } from '@pilothouse/contract';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pod } from './test-objects.ts';
import { grantOn, startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
let one: { id: string; cluster: SimulatedCluster };

beforeAll(async () => {
  rig = await startTestRig();
  one = await rig.addCluster('one', {
    seed(cluster) {
      for (const namespace of ['shop', 'bank']) {
        cluster.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        cluster.store.create('pods', pod(namespace, 'web'));
      }
    },
  });
});
afterAll(() => rig.stop());

type Live = {
  readonly messages: TableMessage[];
  readonly ids: string[];
  readonly rows: Map<string, ResourceRow>;
  readonly closed: { code: string; message: string } | undefined;
  readonly ended: boolean;
  stop(): void;
};

/** Follows a stream and applies it, as a page does. */
async function follow(
  query: Record<string, unknown>,
  options: { person?: string; lastEventId?: string; resource?: string } = {},
): Promise<Live> {
  const { person = 'admin', lastEventId, resource = 'pods' } = options;
  const abort = new AbortController();
  const live = {
    messages: [] as TableMessage[],
    ids: [] as string[],
    rows: new Map<string, ResourceRow>(),
    closed: undefined as Live['closed'],
    ended: false,
    stop: () => abort.abort(),
  };
  const events = await rig.client(person).events(resourceRoutes.streamResources, {
    params: { resource },
    query: query as never,
    signal: abort.signal,
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  });
  void (async () => {
    for await (const event of events) {
      if (event.event === 'close') {
        live.closed = JSON.parse(event.data);
        continue;
      }
      const message = JSON.parse(event.data) as TableMessage;
      live.messages.push(message);
      if (event.id) live.ids.push(event.id);
      if (message.type === 'reset') live.rows.clear();
      if (message.type !== 'changes') continue;
      for (const row of message.upserts) live.rows.set(row.id, row);
      for (const id of message.deletes) live.rows.delete(id);
    }
    live.ended = true;
  })().catch(() => {
    live.ended = true;
  });
  return live;
}

const sorted = (live: Live) => [...live.rows.keys()].sort();
const types = (live: Live) => live.messages.map((message) => message.type);

describe('a live table', () => {
  test('begins with its columns and rows, then follows every change', async () => {
    const live = await follow({ snapshot: true });
    await expect.poll(() => sorted(live)).toEqual(['one/bank/web', 'one/shop/web']);
    expect(types(live)[0]).toBe('ready');
    await expect.poll(() => types(live)).toContain('sources');
    one.cluster.store.create('pods', pod('shop', 'new'));
    await expect.poll(() => sorted(live)).toContain('one/shop/new');
    one.cluster.store.delete('pods', { namespace: 'shop', name: 'new' });
    await expect.poll(() => sorted(live)).not.toContain('one/shop/new');
    live.stop();
  });

  test('tells of a row that leaves the filter as a delete', async () => {
    const live = await follow({ snapshot: true, labelSelector: 'color=red' });
    one.cluster.store.create('pods', pod('shop', 'painted', { labels: { color: 'red' } }));
    await expect.poll(() => sorted(live)).toEqual(['one/shop/painted']);
    one.cluster.store.update('pods', { namespace: 'shop', name: 'painted' }, (draft) => {
      draft.metadata.labels = { color: 'blue' };
    });
    await expect.poll(() => sorted(live)).toEqual([]);
    one.cluster.store.delete('pods', { namespace: 'shop', name: 'painted' });
    live.stop();
  });

  test('resumes where it broke off, without the rows it has', async () => {
    const live = await follow({ snapshot: true, namespaces: 'bank' });
    await expect.poll(() => live.ids.length).toBeGreaterThan(0);
    live.stop();
    one.cluster.store.create('pods', pod('bank', 'meanwhile'));
    one.cluster.store.create('pods', pod('shop', 'elsewhere'));
    const again = await follow({ snapshot: true, namespaces: 'bank' }, { lastEventId: live.ids.at(-1) ?? '' });
    await expect.poll(() => sorted(again)).toEqual(['one/bank/meanwhile']);
    expect(types(again)).not.toContain('reset');
    again.stop();
    one.cluster.store.delete('pods', { namespace: 'bank', name: 'meanwhile' });
    one.cluster.store.delete('pods', { namespace: 'shop', name: 'elsewhere' });
  });

  test('is reset and given whole when what was missed is not kept', async () => {
    const live = await follow({ namespaces: 'bank' }, { lastEventId: 'another.17' });
    await expect.poll(() => sorted(live)).toEqual(['one/bank/web']);
    expect(types(live)[0]).toBe('reset');
    live.stop();
  });

  test('refuses a filter that cannot be read before it opens', async () => {
    await expect(follow({ labelSelector: '=(' })).rejects.toMatchObject({ code: 'invalid_selector' });
  });
});

describe('a table larger than a client may lag behind', () => {
  test('reaches a slow reader whole, and what changes meanwhile too', { timeout: 60_000 }, async () => {
    const rows = 8000;
    const { cluster } = await rig.addCluster('large', {
      controllers: false,
      seed({ store }) {
        for (let index = 0; index < rows; index += 1)
          store.create('configmaps', {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { namespace: 'default', name: `c-${index}` },
          });
      },
    });
    const answer = await rig.fetch('/api/v1/resources/configmaps/stream?snapshot=true&clusters=large');
    const reader = answer.body?.getReader();
    const seen = new Set<string>();
    let bytes = 0;
    let rest = '';
    let changed = false;
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done || !value) break;
      bytes += value.length;
      rest += Buffer.from(value).toString('latin1');
      for (const [, name] of rest.matchAll(/"name":"(c-\d+|during)"/g)) if (name) seen.add(name);
      rest = rest.slice(-100);
      if (!changed && bytes > 200_000) {
        changed = true;
        cluster.store.create('configmaps', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { namespace: 'default', name: 'during' },
        });
      }
      if (bytes < 1_500_000) await new Promise((resolve) => setTimeout(resolve, 15));
      if (seen.size > rows) break;
    }
    expect(seen.size).toBe(rows + 1);
    expect(bytes).toBeGreaterThan(1_500_000);
    await reader?.cancel();
  });
});

describe('a live table of a share', () => {
  test('carries rows of its namespaces only', async () => {
    rig.person('nina', grantOn(one.id, 'viewer', ['shop']));
    const live = await follow({ snapshot: true }, { person: 'nina' });
    one.cluster.store.create('pods', pod('bank', 'secret-plan'));
    one.cluster.store.create('pods', pod('shop', 'visible'));
    await expect.poll(() => sorted(live)).toEqual(['one/shop/visible', 'one/shop/web']);
    one.cluster.store.delete('pods', { namespace: 'bank', name: 'secret-plan' });
    one.cluster.store.delete('pods', { namespace: 'shop', name: 'visible' });
    await expect.poll(() => sorted(live)).toEqual(['one/shop/web']);
    expect(JSON.stringify(live.messages)).not.toContain('secret-plan');
    live.stop();
  });

  test('ends when the share is revoked', async () => {
    const nina = rig.person('nina', grantOn(one.id, 'viewer', ['shop']));
    const live = await follow({ snapshot: true }, { person: 'nina' });
    await expect.poll(() => live.rows.size).toBe(1);
    nina.revoke();
    await expect.poll(() => live.ended).toBe(true);
    expect(live.closed).toMatchObject({ code: 'access_changed' });
  });
});

describe('a live table of a cluster that is removed', () => {
  test('ends and says so', async () => {
    const two = await rig.addCluster('two');
    const live = await follow({ clusters: 'two' });
    await expect.poll(() => types(live)).toContain('ready');
    await rig.client().call(clusterRoutes.deleteCluster, { params: { cluster: two.id } });
    await expect.poll(() => live.ended).toBe(true);
    expect(live.closed).toMatchObject({ code: 'table_changed' });
  });
});
