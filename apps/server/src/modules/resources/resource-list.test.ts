import { clusterRoutes, type ResourceList, resourceRoutes } from '@pilothouse/contract';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pod } from './test-objects.ts';
import { grantOn, startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
let one: { id: string; cluster: SimulatedCluster };
let two: { id: string; cluster: SimulatedCluster };

function seed(cluster: SimulatedCluster): void {
  for (const namespace of ['shop', 'bank']) {
    cluster.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (let index = 0; index < 5; index += 1)
      cluster.store.create('pods', pod(namespace, `web-${index}`, { labels: { tier: index < 2 ? 'front' : 'back' } }));
    cluster.store.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'db' },
      data: { password: Buffer.from('hunter2').toString('base64') },
    });
  }
}

beforeAll(async () => {
  rig = await startTestRig();
  one = await rig.addCluster('one', { seed });
  two = await rig.addCluster('two', { seed });
});
afterAll(() => rig.stop());

const list = (resource: string, query: Record<string, unknown> = {}, person = 'admin'): Promise<ResourceList> =>
  rig.client(person).call(resourceRoutes.listResources, {
    params: { resource },
    query: { wait: 10_000, ...query } as never,
  }) as Promise<ResourceList>;

const idsOf = (answer: ResourceList) => answer.items.map((row) => row.id);

describe('a table over several clusters', () => {
  test('is one list with totals, health counts and how fresh each part is', async () => {
    const answer = await list('po', { limit: 7 });
    expect(answer).toMatchObject({
      resource: 'pods',
      kind: 'Pod',
      namespaced: true,
      total: 20,
      complete: true,
      failures: [],
    });
    expect(Object.values(answer.health).reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(answer.sources.map((source) => [source.cluster, source.phase])).toEqual([
      ['one', 'live'],
      ['two', 'live'],
    ]);
    expect(answer.items).toHaveLength(7);
  });

  test('gives every row exactly once over its pages', async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const answer: ResourceList = await list('pods', { limit: 3, sort: '-name,cluster', cursor });
      ids.push(...idsOf(answer));
      cursor = answer.nextCursor;
    } while (cursor);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
    expect(ids[0]).toBe('one/bank/web-4');
  });

  test('refuses the cursor of another query', async () => {
    const { nextCursor } = await list('pods', { limit: 3 });
    await expect(list('pods', { limit: 3, sort: '-name', cursor: nextCursor })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  test.each([
    ['namespaces', { namespaces: 'bank' }, 10],
    ['a label selector', { labelSelector: 'tier=front' }, 8],
    ['a field selector', { fieldSelector: 'metadata.name=web-3' }, 4],
    ['a negated field selector', { fieldSelector: 'metadata.name!=web-3,metadata.namespace=shop' }, 8],
    ['free text in any order', { q: 'WEB-1 shop' }, 2],
    ['a cluster', { clusters: 'two' }, 10],
    ['everything at once', { clusters: 'two', namespaces: 'shop', labelSelector: 'tier in (front)', q: 'web-0' }, 1],
    ['a namespace that is not there', { namespaces: 'nope' }, 0],
  ])('is filtered by %s', async (_name, query, total) => {
    const answer = await list('pods', query);
    expect(answer.total).toBe(total);
    expect(answer.items).toHaveLength(total);
  });

  test.each([
    ['a selector that is none', { labelSelector: 'a in b' }, 'invalid_selector'],
    ['a health that is none', { health: 'great' }, 'invalid_input'],
    ['a column that is not there', { sort: 'nope' }, 'invalid_input'],
    ['a cluster that is not there', { clusters: 'one,three' }, 'not_found'],
  ])('refuses %s', async (_name, query, code) => {
    await expect(list('pods', query)).rejects.toMatchObject({ code });
  });

  test('says not_found for a resource that no cluster serves', async () => {
    await expect(list('unicorns')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('shows a change at once', async () => {
    one.cluster.store.create('pods', pod('shop', 'fresh'));
    await expect.poll(async () => idsOf(await list('pods', { q: 'fresh' }))).toEqual(['one/shop/fresh']);
    one.cluster.store.delete('pods', { namespace: 'shop', name: 'fresh' });
    await expect.poll(async () => (await list('pods', { q: 'fresh' })).total).toBe(0);
  });

  test('never holds the value of a Secret', async () => {
    const answer = await rig.fetch('/api/v1/resources/secrets?wait=10000');
    const text = await answer.text();
    expect(JSON.parse(text).total).toBe(4);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(Buffer.from('hunter2').toString('base64'));
  });

  test('is not cut at 500', async () => {
    for (let index = 0; index < 1200; index += 1)
      two.cluster.store.create('configmaps', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'bank', name: `c-${index}` },
      });
    await expect
      .poll(async () => (await list('configmaps', { namespaces: 'bank', clusters: 'two' })).total)
      .toBeGreaterThanOrEqual(1200);
  });
});

describe('a share of some namespaces', () => {
  test('shows their rows and counts only, on every list', async () => {
    rig.person('nina', grantOn(one.id, 'viewer', ['shop']));
    const answer = await list('pods', {}, 'nina');
    expect(new Set(answer.items.map((row) => `${row.cluster}/${row.namespace}`))).toEqual(new Set(['one/shop']));
    expect(answer.total).toBe(5);
    expect(answer.sources.map((source) => source.cluster)).toEqual(['one']);
    expect((await list('pods', { namespaces: 'bank' }, 'nina')).total).toBe(0);
    expect((await list('pods', { q: 'bank' }, 'nina')).total).toBe(0);
    expect(idsOf(await list('namespaces', {}, 'nina'))).toEqual(['one//shop']);
  });

  test('says why cluster-scoped objects are missing', async () => {
    rig.person('nina', grantOn(one.id, 'viewer', ['shop']));
    expect(await list('nodes', {}, 'nina')).toMatchObject({
      total: 0,
      complete: false,
      failures: [{ cluster: 'one', code: 'permission_denied' }],
    });
  });

  test('does not know of other clusters', async () => {
    rig.person('nina', grantOn(one.id, 'viewer', ['shop']));
    await expect(list('pods', { clusters: 'two' }, 'nina')).rejects.toMatchObject({ code: 'not_found' });
    const kinds = await rig.client('nina').call(resourceRoutes.listKinds, {});
    expect(new Set(kinds.items.flatMap((kind) => kind.clusters))).toEqual(new Set(['one']));
    const namespaces = await rig.client('nina').call(resourceRoutes.listNamespaces, {});
    expect(namespaces.items).toEqual([{ name: 'shop', clusters: ['one'] }]);
  });

  test('nobody without a role sees anything', async () => {
    rig.person('nobody');
    expect(await list('pods', {}, 'nobody')).toMatchObject({ total: 0, items: [], sources: [] });
  });
});

describe('a cluster that fails', () => {
  test('is named and costs only its own rows', async () => {
    const hanging = await rig.addCluster('hanging', { seed });
    hanging.cluster.faults.add({ hang: true });
    rig.modules.clusters.connections.drop(hanging.id);
    const startedAt = performance.now();
    const answer = await list('pods', { wait: 300 });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(answer.total).toBe(20);
    expect(answer.complete).toBe(false);
    expect(answer.failures).toMatchObject([{ cluster: 'hanging', code: 'cluster_timeout' }]);
    await rig.client().call(clusterRoutes.deleteCluster, { params: { cluster: 'hanging' } });
  });
});
