import { clusterRoutes, type ObjectAnswer, resourceRoutes } from '@pilothouse/contract';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pod } from './test-objects.ts';
import { grantOn, startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
let one: { id: string; cluster: SimulatedCluster };

beforeAll(async () => {
  rig = await startTestRig();
  one = await rig.addCluster('one', {
    seed({ store }) {
      for (const namespace of ['shop', 'bank']) {
        store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        store.create('pods', pod(namespace, 'web'));
        store.create('secrets', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { namespace, name: 'db' },
          data: { password: secret },
        });
      }
    },
  });
});
afterAll(() => rig.stop());

const secret = Buffer.from('hunter2').toString('base64');

const at = (resource: string, name: string, namespace = 'shop') => ({ cluster: 'one', resource, namespace, name });
const get = (params: ReturnType<typeof at>, query = {}, person = 'admin'): Promise<ObjectAnswer> =>
  rig.client(person).call(resourceRoutes.getObject, { params, query }) as Promise<ObjectAnswer>;
const apply = (
  manifests: string,
  body: { dryRun?: boolean; force?: boolean; namespace?: string; fieldManager?: string } = {},
  person = 'admin',
) =>
  rig.client(person).call(resourceRoutes.applyManifests, { params: { cluster: 'one' }, body: { manifests, ...body } });
const auditOf = async (verb: string) =>
  (await rig.database.reader.selectFrom('audit_log').selectAll().where('verb', '=', verb).orderBy('seq').execute()).map(
    ({ actor_name, object, result }) => ({ actor_name, object, result }),
  );

const deployment = (name: string, image = 'app:1', replicas = 2) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: '${image}' }] }
`;

describe('one object', () => {
  test('comes from the cluster, and from the cache once a table watches it', async () => {
    expect(await get(at('pods', 'web'))).toMatchObject({
      source: 'cluster',
      resource: 'pods',
      object: { metadata: { name: 'web' } },
    });
    await rig.client().call(resourceRoutes.listResources, { params: { resource: 'pods' }, query: { wait: 10_000 } });
    expect(await get(at('pods', 'web'))).toMatchObject({ source: 'cache' });
    expect(await get(at('po', 'web'), { fresh: true })).toMatchObject({ source: 'cluster' });
  });

  test('is new right after it changed', async () => {
    one.cluster.store.update('pods', { namespace: 'shop', name: 'web' }, (draft) => {
      draft.metadata.labels = { seen: 'yes' };
    });
    await expect
      .poll(async () => (await get(at('pods', 'web'))).object)
      .toMatchObject({ metadata: { labels: { seen: 'yes' } } });
  });

  test('has its managed fields only on request', async () => {
    await apply(deployment('managed'));
    expect(JSON.stringify((await get(at('deployments', 'managed'))).object)).not.toContain('managedFields');
    expect(JSON.stringify((await get(at('deployments', 'managed'), { managedFields: true })).object)).toContain(
      'managedFields',
    );
  });

  test.each([{}, { fresh: true }, { managedFields: true }])('never shows the value of a Secret (%o)', async (query) => {
    const text = JSON.stringify(await get(at('secrets', 'db'), query));
    expect(text).not.toContain(secret);
    expect(text).not.toContain('hunter2');
    expect(text).toContain('password');
  });

  test.each([
    ['that is not there', at('pods', 'nope')],
    ['of a kind that is not served', at('unicorns', 'x')],
    ['on a cluster that is not there', { ...at('pods', 'web'), cluster: 'three' }],
    ['of a namespaced kind without a namespace', at('pods', 'web', '-')],
    ['of a cluster-scoped kind through a namespace', at('namespaces', 'bank', 'shop')],
  ])('%s is not found, and never another', async (_name, params) => {
    await expect(get(params)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('answers 304 to a reader who has it', async () => {
    await rig.client().call(resourceRoutes.listResources, { params: { resource: 'pods' }, query: { wait: 10_000 } });
    const path = '/api/v1/clusters/one/resources/pods/bank/web';
    const etag = (await rig.fetch(path)).headers.get('etag') ?? '';
    expect((await rig.fetch(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe('a revealed Secret', () => {
  test('is shown to an administrator and recorded', async () => {
    const revealed = await rig
      .client()
      .call(resourceRoutes.revealSecret, { params: { cluster: 'one', namespace: 'shop', name: 'db' }, body: {} });
    expect(revealed.data).toEqual({ password: secret });
    expect(await auditOf('secret.reveal')).toContainEqual({
      actor_name: 'admin@example.org',
      object: 'one/secrets/shop/db',
      result: 'allowed',
    });
  });

  test('is refused to an operator, and the try recorded', async () => {
    rig.person('otto', grantOn(one.id, 'operator'));
    const call = rig
      .client('otto')
      .call(resourceRoutes.revealSecret, { params: { cluster: 'one', namespace: 'shop', name: 'db' }, body: {} });
    await expect(call).rejects.toMatchObject({ code: 'permission_denied', extra: { permission: 'secret:reveal' } });
    expect(await auditOf('secret.reveal')).toContainEqual(
      expect.objectContaining({ actor_name: 'otto@example.org', result: 'denied' }),
    );
  });
});

describe('applying manifests', () => {
  test('creates, changes and leaves alone, each document with its own result', async () => {
    const first = await apply(`${deployment('a')}---${deployment('b')}`);
    expect(first.results.map((result) => result.action)).toEqual(['created', 'created']);
    const second = await apply(`${deployment('a')}---${deployment('b', 'app:2')}`);
    expect(second.results.map((result) => result.action)).toEqual(['unchanged', 'configured']);
    expect(second.results[1]?.changes).toEqual([
      { path: '/spec/template/spec/containers/0/image', before: 'app:1', after: 'app:2' },
    ]);
  });

  test('one bad document does not hide the others', async () => {
    const answer = await apply(
      `${deployment('c')}---\nkind: [\n---\napiVersion: v1\nkind: Nonsense\nmetadata: { name: x }\n---${deployment('d')}`,
    );
    expect(answer.complete).toBe(false);
    expect(answer.results.map((result) => [result.action, result.error?.code])).toEqual([
      ['created', undefined],
      ['failed', 'invalid_manifest'],
      ['failed', 'invalid_manifest'],
      ['created', undefined],
    ]);
  });

  test('dry run shows what would change and changes nothing', async () => {
    await apply(deployment('dry'));
    const answer = await apply(deployment('dry', 'app:9', 3), { dryRun: true });
    expect(answer.results[0]).toMatchObject({ action: 'configured' });
    expect(answer.results[0]?.changes.map((change) => change.path).sort()).toEqual([
      '/spec/replicas',
      '/spec/template/spec/containers/0/image',
    ]);
    expect(answer.results[0]?.before).toContain('app:1');
    expect(answer.results[0]?.after).toContain('app:9');
    expect(await get(at('deployments', 'dry'), { fresh: true })).toMatchObject({ object: { spec: { replicas: 2 } } });
  });

  test('names who owns a field in conflict, and takes it over when forced', async () => {
    await apply(deployment('owned', 'app:1', 2), { fieldManager: 'gitops' });
    const refused = await apply(deployment('owned', 'app:1', 5));
    expect(refused.results[0]?.error).toMatchObject({
      code: 'field_conflict',
      conflicts: [{ manager: 'gitops', field: '.spec.replicas' }],
    });
    const forced = await apply(deployment('owned', 'app:1', 5), { force: true });
    expect(forced.results[0]).toMatchObject({ action: 'configured' });
  });

  test('a custom resource works right after its definition in one text', async () => {
    const answer = await apply(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.org }
spec:
  group: example.org
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
      additionalPrinterColumns: [{ name: Size, type: integer, jsonPath: .spec.size }]
---
apiVersion: example.org/v1
kind: Widget
metadata: { name: first, namespace: shop }
spec: { size: 7 }
`);
    expect(answer.results.map((result) => [result.action, result.error?.detail])).toEqual([
      ['created', undefined],
      ['created', undefined],
    ]);
    const list = await rig
      .client()
      .call(resourceRoutes.listResources, { params: { resource: 'widgets' }, query: { wait: 10_000 } });
    expect(list.columns.map((column) => column.label)).toContain('Size');
    expect(list.items[0]?.cells).toContain(7);
  });

  test('does not show the values of a Secret, only that one changed', async () => {
    const manifest = (value: string) =>
      `apiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: shop }\ndata: { password: ${Buffer.from(value).toString('base64')} }\n`;
    const answer = await apply(manifest('hunter3'), { dryRun: true, force: true });
    const text = JSON.stringify(answer);
    for (const value of ['hunter2', 'hunter3']) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(Buffer.from(value).toString('base64'));
    }
    expect(answer.results[0]?.changes).toEqual([
      { path: '/data/password', before: '(7 bytes)', after: '(7 bytes, changed)' },
    ]);
  });

  test('is held to the namespaces of a share, document by document', async () => {
    rig.person('olga', grantOn(one.id, 'operator', ['shop']));
    const configMap = (namespace: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: mine, namespace: ${namespace} }\n`;
    const answer = await apply(
      `${configMap('shop')}---\n${configMap('bank')}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: new }\n`,
      {},
      'olga',
    );
    expect(answer.results.map((result) => [result.action, result.error?.kind])).toEqual([
      ['created', undefined],
      ['failed', 'not-found'],
      ['failed', 'forbidden'],
    ]);
    await expect(get(at('configmaps', 'mine', 'bank'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('deleting, scaling and restarting', () => {
  test('deletes, and says what an object with finalizers waits for', async () => {
    one.cluster.store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'shop', name: 'held', finalizers: ['example.org/hold'] },
    });
    const answer = await rig.client().call(resourceRoutes.deleteObject, { params: at('configmaps', 'held') });
    expect(answer).toEqual({ deleted: false, terminating: true, finalizers: ['example.org/hold'] });
    expect(await auditOf('resource.delete')).toContainEqual({
      actor_name: 'admin@example.org',
      object: 'one/configmaps/shop/held',
      result: 'allowed',
    });
  });

  test('does not delete another object of the same name', async () => {
    const call = rig
      .client()
      .call(resourceRoutes.deleteObject, { params: at('pods', 'web'), query: { uid: 'not-this-one' } });
    await expect(call).rejects.toMatchObject({ kind: 'conflict' });
    expect(await get(at('pods', 'web'), { fresh: true })).toMatchObject({ object: { kind: 'Pod' } });
  });

  test('a dry run deletes nothing', async () => {
    await rig.client().call(resourceRoutes.deleteObject, { params: at('pods', 'web'), query: { dryRun: true } });
    expect(await get(at('pods', 'web'), { fresh: true })).toMatchObject({ object: { kind: 'Pod' } });
  });

  test('scales through the subresource and says from where to where', async () => {
    await apply(deployment('scaled'));
    const scale = (replicas: number) =>
      rig.client().call(resourceRoutes.scaleObject, { params: at('deployments', 'scaled'), body: { replicas } });
    expect(await scale(5)).toEqual({ before: 2, replicas: 5 });
    expect(await scale(0)).toEqual({ before: 5, replicas: 0 });
    await expect(
      rig.client().call(resourceRoutes.scaleObject, { params: at('pods', 'web'), body: { replicas: 2 } }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('restarts a rollout, and nothing that has none', async () => {
    await apply(deployment('restarted'));
    const { restartedAt } = await rig
      .client()
      .call(resourceRoutes.restartObject, { params: at('deployments', 'restarted') });
    expect(await get(at('deployments', 'restarted'), { fresh: true })).toMatchObject({
      object: {
        spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } } } },
      },
    });
    await expect(rig.client().call(resourceRoutes.restartObject, { params: at('pods', 'web') })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('a share of one namespace', () => {
  const calls: [string, (namespace: string) => Promise<unknown>][] = [
    ['get', (namespace) => get(at('pods', 'web', namespace), {}, 'olga')],
    ['get fresh', (namespace) => get(at('pods', 'web', namespace), { fresh: true }, 'olga')],
    [
      'delete',
      (namespace) =>
        rig
          .client('olga')
          .call(resourceRoutes.deleteObject, { params: at('pods', 'web', namespace), query: { dryRun: true } }),
    ],
    [
      'scale',
      (namespace) =>
        rig.client('olga').call(resourceRoutes.scaleObject, {
          params: at('deployments', 'a', namespace),
          body: { replicas: 1, dryRun: true },
        }),
    ],
    [
      'restart',
      (namespace) =>
        rig.client('olga').call(resourceRoutes.restartObject, { params: at('deployments', 'a', namespace) }),
    ],
    [
      'logs',
      (namespace) =>
        rig
          .client('olga')
          .lines(resourceRoutes.podLogs, { params: { cluster: 'one', namespace, name: 'web' }, query: {} }),
    ],
  ];

  test.each(calls)('%s works inside it and knows nothing outside', async (_name, call) => {
    await apply(deployment('a'));
    rig.person('olga', grantOn(one.id, 'operator', ['shop']));
    await expect(call('bank')).rejects.toMatchObject({ code: 'not_found' });
    await call('shop').catch((error: { code: string }) =>
      expect(['cluster_busy', 'cluster_error', 'invalid_input']).toContain(error.code),
    );
  });

  test('events are those of the namespace', async () => {
    for (const namespace of ['shop', 'bank'])
      one.cluster.store.create('events', {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { namespace, name: 'web.1' },
        involvedObject: { kind: 'Pod', namespace, name: 'web' },
        reason: 'Pulled',
        message: `in ${namespace}`,
        type: 'Normal',
        lastTimestamp: '2026-01-01T00:00:00Z',
      });
    rig.person('olga', grantOn(one.id, 'viewer', ['shop']));
    const messages = async (person: string) =>
      (await rig.client(person).call(resourceRoutes.listEvents, { query: { q: 'Pulled' } })).items.map(
        (event) => event.message,
      );
    await expect.poll(() => messages('admin')).toHaveLength(2);
    expect(await messages('olga')).toEqual(['in shop']);
  });

  test('reviews say by whom it is refused', async () => {
    rig.person('olga', grantOn(one.id, 'operator', ['shop']));
    const { results } = await rig.client('olga').call(resourceRoutes.reviewAccess, {
      params: { cluster: 'one' },
      body: {
        reviews: [
          { verb: 'delete', resource: 'pods', namespace: 'shop' },
          { verb: 'delete', resource: 'pods', namespace: 'bank' },
          { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
          { verb: 'list', resource: 'nodes' },
          { verb: 'get', resource: 'unicorns', namespace: 'shop' },
        ],
      },
    });
    expect(results.map((result) => [result.allowed, result.by])).toEqual([
      [true, 'cluster'],
      [false, 'policy'],
      [true, 'cluster'],
      [false, 'policy'],
      [false, 'cluster'],
    ]);
  });

  test('a viewer changes nothing', async () => {
    rig.person('vera', grantOn(one.id, 'viewer'));
    await expect(apply(deployment('a'), {}, 'vera')).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(
      rig.client('vera').call(resourceRoutes.deleteObject, { params: at('pods', 'web') }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(
      rig.client('vera').call(clusterRoutes.deleteCluster, { params: { cluster: 'one' } }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
  });
});
