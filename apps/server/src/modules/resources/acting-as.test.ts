import { clusterRoutes, resourceRoutes } from '@pilothouse/contract';
import type { AccessRule } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pod } from './test-objects.ts';
import { grantOn, startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
let clusterId: string;
const review: AccessRule = { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['*'] };

/** To us both are administrators of the cluster. The cluster lets Ann read and change one namespace, and Bob nothing. */
beforeAll(async () => {
  rig = await startTestRig();
  const { id } = await rig.addCluster('one', {
    controllers: false,
    users: [
      { name: 'robot', token: 'robot-token' },
      {
        name: 'ann@example.org',
        rules: [
          {
            verbs: ['get', 'list', 'watch', 'patch', 'create'],
            apiGroups: ['', 'apps'],
            resources: ['*'],
            namespaces: ['shop'],
          },
          review,
        ],
      },
      { name: 'bob@example.org', rules: [review] },
    ],
    seed({ store }) {
      for (const namespace of ['shop', 'bank']) {
        store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        store.create('pods', pod(namespace, 'web'));
      }
    },
  });
  clusterId = id;
  await rig.client().call(clusterRoutes.updateCluster, { params: { cluster: 'one' }, body: { impersonate: true } });
  rig.person('ann', grantOn(clusterId, 'admin'));
  rig.person('bob', grantOn(clusterId, 'admin'));
});
afterAll(() => rig.stop());

const list = (person: string, query: object = {}) =>
  rig
    .client(person)
    .call(resourceRoutes.listResources, { params: { resource: 'pods' }, query: { wait: 10_000, ...query } });
const get = (person: string, namespace: string) =>
  rig
    .client(person)
    .call(resourceRoutes.getObject, { params: { cluster: 'one', resource: 'pods', namespace, name: 'web' } });
const apply = (person: string, namespace: string) =>
  rig.client(person).call(resourceRoutes.applyManifests, {
    params: { cluster: 'one' },
    body: { manifests: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: ${namespace} }\n` },
  });

describe('a cluster that people reach under their own names', () => {
  test('gives each the rows that the cluster lets them list, although all come from one cache', async () => {
    expect((await list('ann', { namespaces: 'shop' })).items.map((row) => row.id)).toEqual(['one/shop/web']);
    expect(await list('ann', { namespaces: 'shop,bank' })).toMatchObject({ total: 1 });
    expect(await list('ann')).toMatchObject({
      total: 0,
      complete: false,
      failures: [{ code: 'cluster_denied', message: expect.stringContaining('ann@example.org') }],
    });
    expect(await list('bob', { namespaces: 'shop' })).toMatchObject({
      total: 0,
      failures: [{ code: 'cluster_denied' }],
    });
  });

  test('reads an object only for who may, cached or not', async () => {
    expect(await get('ann', 'shop')).toMatchObject({ object: { metadata: { name: 'web' } } });
    await expect(get('ann', 'bank')).rejects.toMatchObject({ code: 'cluster_denied' });
    await expect(get('bob', 'shop')).rejects.toMatchObject({ code: 'cluster_denied' });
  });

  test('is written to under the name of who writes', async () => {
    expect((await apply('ann', 'shop')).results[0]).toMatchObject({ action: 'created' });
    expect((await apply('ann', 'bank')).results[0]?.error).toMatchObject({ code: 'cluster_denied' });
    expect((await apply('bob', 'shop')).results[0]?.error).toMatchObject({ code: 'cluster_denied' });
  });

  test('streams nothing to who may not list, on any path', async () => {
    const stream = await rig.client('bob').events(resourceRoutes.streamResources, {
      params: { resource: 'pods' },
      query: { snapshot: true, namespaces: 'shop' },
    });
    const seen: string[] = [];
    for await (const event of stream) {
      seen.push(event.data);
      if (event.data.includes('"sources"')) break;
    }
    expect(seen.join()).not.toContain('one/shop/web');
    expect(seen.join()).toContain('cluster_denied');
    await expect(
      rig
        .client('bob')
        .lines(resourceRoutes.podLogs, { params: { cluster: 'one', namespace: 'shop', name: 'web' }, query: {} }),
    ).rejects.toMatchObject({ code: 'cluster_denied' });
    expect(await rig.client('bob').call(resourceRoutes.listEvents, { query: { namespaces: 'shop' } })).toMatchObject({
      items: [],
      complete: false,
    });
  });

  test('answers reviews in the name of who asks', async () => {
    const ask = async (person: string) =>
      (
        await rig.client(person).call(resourceRoutes.reviewAccess, {
          params: { cluster: 'one' },
          body: { reviews: [{ verb: 'get', resource: 'pods', namespace: 'shop' }] },
        })
      ).results[0];
    expect(await ask('ann')).toMatchObject({ allowed: true, by: 'cluster' });
    expect(await ask('bob')).toMatchObject({ allowed: false, by: 'cluster' });
  });
});
