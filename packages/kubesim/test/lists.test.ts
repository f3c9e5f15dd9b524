import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { seedScale } from '../src/scale/seed-scale.ts';
import { type ApiClient, asMetadata, asTable, createApiClient, type Json } from './api-client.ts';
import { configMap } from './manifests.ts';

const maps = '/api/v1/namespaces/default/configmaps';

describe('lists', () => {
  let cluster: SimulatedCluster;
  let api: ApiClient;

  beforeAll(async () => {
    cluster = createSimulatedCluster({ controllers: false });
    await cluster.listen();
    api = createApiClient(cluster);
    for (const name of ['d', 'a', 'c', 'b', 'e']) {
      cluster.store.create('configmaps', {
        ...configMap(name, { own: name }),
        metadata: { name, namespace: 'default', labels: { half: name < 'c' ? 'first' : 'second' } },
      });
    }
  });

  afterAll(() => cluster.close());

  const names = (list: Json) => list.items.map((item: Json) => item.metadata.name);

  it('come in key order, with items that do not repeat apiVersion and kind', async () => {
    const { body } = await api.get(maps);
    expect(body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(names(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(body.items[0].kind).toBeUndefined();
  });

  it('show every page as of the first, whatever changes in between', async () => {
    const first = (await api.get(`${maps}?limit=2`)).body;
    expect(names(first)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    cluster.store.delete('configmaps', { namespace: 'default', name: 'd' });
    cluster.store.create('configmaps', configMap('bb', {}));
    cluster.store.update('configmaps', { namespace: 'default', name: 'c' }, (draft) => {
      draft.data = { own: 'changed' };
    });
    const second = (await api.get(`${maps}?limit=2&continue=${first.metadata.continue}`)).body;
    expect(names(second)).toEqual(['c', 'd']);
    expect(second.items[0].data).toEqual({ own: 'c' });
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const last = (await api.get(`${maps}?limit=2&continue=${second.metadata.continue}`)).body;
    expect(names(last)).toEqual(['e']);
    expect(last.metadata.continue).toBeUndefined();
    const exact = `${maps}?resourceVersionMatch=Exact&resourceVersion=${first.metadata.resourceVersion}`;
    expect(names((await api.get(exact)).body)).toEqual(['a', 'b', 'c', 'd', 'e']);
    cluster.store.delete('configmaps', { namespace: 'default', name: 'bb' });
    cluster.store.create('configmaps', configMap('d', {}));
  });

  it('answer 410 to a page whose list is too old, and 504 to a version yet to come', async () => {
    const first = (await api.get(`${maps}?limit=1`)).body;
    cluster.store.create('configmaps', configMap('later', {}));
    cluster.compact();
    cluster.store.delete('configmaps', { namespace: 'default', name: 'later' });
    const old = await api.get(`${maps}?limit=1&continue=${first.metadata.continue}`);
    expect(old).toMatchObject({ code: 410, body: { reason: 'Expired' } });
    const future = await api.get(`${maps}?resourceVersion=999999999`);
    expect(future.code).toBe(504);
    expect(future.body.details.causes[0].reason).toBe('ResourceVersionTooLarge');
  });

  it.each([
    ['half=first', ['a', 'b']],
    ['half!=first', ['c', 'd', 'e']],
    ['half in (first,third)', ['a', 'b']],
    ['half notin (first)', ['c', 'd', 'e']],
    ['half', ['a', 'b', 'c', 'e']],
    ['!half', ['d']],
  ])('select by the label selector %s', async (selector, expected) => {
    expect(names((await api.get(`${maps}?labelSelector=${encodeURIComponent(selector)}`)).body)).toEqual(expected);
  });

  it('select by name and refuse fields a kind cannot be selected by', async () => {
    expect(names((await api.get(`${maps}?fieldSelector=metadata.name%3Dc`)).body)).toEqual(['c']);
    const refused = await api.get(`${maps}?fieldSelector=data.own%3Dc`);
    expect(refused).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
  });

  it('come as tables and as metadata alone', async () => {
    const table = (await api.get(maps, { accept: asTable })).body;
    expect(table.columnDefinitions.map((column: Json) => column.name)).toEqual(['Name', 'Data', 'Age']);
    expect(table.rows[0].cells.slice(0, 2)).toEqual(['a', 1]);
    expect(table.rows[0].object.kind).toBe('PartialObjectMetadata');
    const bare = (await api.get(`${maps}?includeObject=None`, { accept: asTable })).body;
    expect(bare.rows[0].object).toBeNull();
    const metadata = (await api.get(maps, { accept: asMetadata })).body;
    expect(metadata.kind).toBe('PartialObjectMetadataList');
    expect(metadata.items[0].data).toBeUndefined();
  });
});

describe('a long list', () => {
  it('is packed when the client takes gzip, and the same as page by page', async () => {
    const cluster = createSimulatedCluster({ controllers: false });
    await seedScale(cluster.store, 500, Date.now());
    await cluster.listen();
    const api = createApiClient(cluster);
    const whole = (await api.get('/api/v1/pods')).body;
    const packed = await api.get('/api/v1/pods', { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(Buffer.from(packed.text, 'base64')).toString('utf8'))).toEqual(whole);
    const paged: unknown[] = [];
    for (let token = ''; ; ) {
      const page = (await api.get(`/api/v1/pods?limit=37&continue=${token}`)).body;
      paged.push(...page.items);
      token = page.metadata.continue ?? '';
      if (token === '') break;
    }
    expect(paged).toEqual(whole.items);
    expect(cluster.size).toBeGreaterThan(500);
    await cluster.close();
  });
});
