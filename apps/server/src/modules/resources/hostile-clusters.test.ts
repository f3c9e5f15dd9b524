import { clusterRoutes, resourceRoutes } from '@pilothouse/contract';
import { isAppError } from '@pilothouse/core';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pod } from './test-objects.ts';
import { startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
beforeAll(async () => {
  rig = await startTestRig();
});
afterAll(() => rig.stop());

const patience = { timeout: 20_000, interval: 100 };
const configMap = (
  name: string,
  more: { annotations?: Record<string, string>; labels?: Record<string, string> } = {},
) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name, ...more },
});
const list = (clusters: string, query: object = {}, resource = 'configmaps') =>
  rig.client().call(resourceRoutes.listResources, { params: { resource }, query: { clusters, wait: 5000, ...query } });
const names = async (clusters: string) =>
  (await list(clusters, { namespaces: 'default' })).items.map((row) => row.name);
/** Reads a resource that nobody has read yet, so that nothing is cached. */
const add = async (name: string, prepare: (cluster: SimulatedCluster) => void = () => {}) => {
  const { cluster } = await rig.addCluster(name, { controllers: false });
  prepare(cluster);
  return cluster;
};

describe('a cluster that', () => {
  test('sends half a JSON is named as the failure it is, and comes back by itself', async () => {
    const cluster = await add('half', ({ faults }) => faults.set([{ match: 'configmaps', halfJson: true }]));
    expect(await list('half')).toMatchObject({
      complete: false,
      failures: [{ cluster: 'half', code: expect.stringMatching(/^cluster_/) }],
    });
    cluster.faults.clear();
    cluster.store.create('configmaps', configMap('after'));
    await expect.poll(() => names('half'), patience).toContain('after');
  });

  test('refuses our credentials all of a sudden says so in the table, and keeps what was known', async () => {
    const cluster = await add('expelled');
    cluster.store.create('configmaps', configMap('kept'));
    await expect.poll(() => names('expelled'), patience).toContain('kept');
    cluster.faults.set([{ status: 401 }]);
    cluster.dropWatches();
    await expect.poll(async () => (await list('expelled')).failures[0]?.code, patience).toBe('cluster_unauthorized');
    expect(await names('expelled')).toContain('kept');
    cluster.faults.clear();
  });

  test('drops its watches all the time loses no change', async () => {
    const cluster = await add('dropping', ({ faults }) => faults.set([{ match: 'watch=', dropWatchAfter: 60 }]));
    await list('dropping');
    for (let index = 0; index < 20; index += 1) {
      cluster.store.create('configmaps', configMap(`c-${index}`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect
      .poll(async () => (await names('dropping')).filter((name) => name.startsWith('c-')).length, patience)
      .toBe(20);
    cluster.faults.clear();
  });

  test('answers every watch with 410 is still shown as it is', async () => {
    const cluster = await add('gone', ({ faults }) => faults.set([{ match: 'watch=', status: 410 }]));
    cluster.store.create('configmaps', configMap('first'));
    await expect.poll(() => names('gone'), patience).toContain('first');
    cluster.store.create('configmaps', configMap('second'));
    cluster.store.delete('configmaps', { namespace: 'default', name: 'first' });
    await expect.poll(() => names('gone'), patience).toEqual(expect.not.arrayContaining(['first']));
    await expect.poll(() => names('gone'), patience).toContain('second');
    cluster.faults.clear();
  });

  test('redirects is not followed', async () => {
    await add('redirecting', ({ faults }) =>
      faults.set([{ match: 'configmaps', redirect: 'http://169.254.169.254/latest/meta-data' }]),
    );
    expect((await list('redirecting')).failures).toMatchObject([{ code: 'cluster_bad_answer' }]);
  });

  test('is slow delays nobody else', async () => {
    const slow = await add('slow', ({ faults }) => faults.set([{ match: 'configmaps', latency: 3000 }]));
    await add('quick', ({ store }) => store.create('configmaps', configMap('here')));
    await list('quick');
    const startedAt = performance.now();
    const answer = await list('slow,quick', { wait: 200, namespaces: 'default' });
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect(answer.items.map((row) => row.id)).toContain('quick/default/here');
    expect(answer.complete).toBe(false);
    slow.faults.clear();
  });

  test('has an expired certificate is refused by name', async () => {
    const years = 20 * 365 * 24 * 3600 * 1000;
    const clock = { now: () => Date.now() - years, sleep: () => new Promise<void>(() => {}) };
    const call = rig.addCluster('expired', { tls: true, clock, controllers: false });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(isAppError(error) && error.code).toBe('cluster_tls');
  });

  test('serves 5,000 definitions can be looked through', async () => {
    const cluster = await add('wide', ({ store }) => {
      for (let index = 0; index < 5000; index += 1) {
        const plural = `widgets${index}`;
        store.create('customresourcedefinitions.apiextensions.k8s.io', {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `${plural}.g${index % 50}.example.org` },
          spec: {
            group: `g${index % 50}.example.org`,
            scope: 'Namespaced',
            names: { plural, singular: `widget${index}`, kind: `Widget${index}` },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
              },
            ],
          },
        });
      }
    });
    await expect
      .poll(
        async () => (await rig.client().call(resourceRoutes.listKinds, { query: { clusters: 'wide' } })).items.length,
        { timeout: 60_000, interval: 500 },
      )
      .toBeGreaterThan(5000);
    expect(await list('wide', {}, 'widgets4999')).toMatchObject({ kind: 'Widget4999', total: 0, complete: true });
    expect(cluster.size).toBeGreaterThan(5000);
    await rig.client().call(clusterRoutes.deleteCluster, { params: { cluster: 'wide' } });
  }, 120_000);
});

describe('what a cluster says', () => {
  const html = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
  const escapes = '\u001b[2J\u001b]0;owned\u0007\u202e';

  test('of a megabyte in an annotation is shown on the object and nowhere else', async () => {
    const megabyte = 'm'.repeat(240 * 1024);
    const cluster = await add('large');
    cluster.store.create('configmaps', configMap('big', { annotations: { a: megabyte } }));
    await expect.poll(() => names('large'), patience).toContain('big');
    expect(JSON.stringify(await list('large'))).not.toContain('mmmm');
    const answer = await rig.client().call(resourceRoutes.getObject, {
      params: { cluster: 'large', resource: 'configmaps', namespace: 'default', name: 'big' },
    });
    expect(JSON.stringify(answer.object)).toContain(megabyte);
  });

  test('is data and never markup, in rows, objects and events', async () => {
    const cluster = await add('rude');
    cluster.store.create('pods', pod('default', 'p', { annotations: { note: html + escapes } }));
    cluster.store.update(
      'pods',
      { namespace: 'default', name: 'p' },
      (draft) => {
        draft.status = { phase: 'Pending', reason: html + escapes, message: html };
      },
      { subresource: 'status' },
    );
    const answer = await rig.fetch('/api/v1/resources/pods?clusters=rude&wait=5000');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const body = (await answer.json()) as { items: { cells: unknown[] }[] };
    expect(body.items[0]?.cells).toContain(html + escapes);
    expect(await list('rude', { q: '<script>' }, 'pods')).toMatchObject({ total: 1 });
  });

  test('in an error reaches people without control characters', async () => {
    const error = await rig.client().call(resourceRoutes.applyManifests, {
      params: { cluster: 'rude' },
      body: { manifests: `apiVersion: v1\nkind: "Evil\\e[2J"\nmetadata: { name: x }\n` },
    });
    expect(error.results[0]?.error?.code).toBe('invalid_manifest');
  });
});
