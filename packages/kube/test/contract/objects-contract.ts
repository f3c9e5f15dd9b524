import type { KubeObject, ListPage } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { type ClusterUnderTest, configMap, deployment, eventually } from './cluster-under-test.ts';

/** Reading and writing objects. */
export function objectsContract(open: () => ClusterUnderTest): void {
  describe('objects', () => {
    it('are created, read, replaced and deleted', async () => {
      const cluster = open();
      const { client } = cluster;
      const made = await cluster.create('configmaps', configMap('crud', { a: '1' }));
      expect(made.metadata).toMatchObject({ name: 'crud', namespace: cluster.namespace });
      expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      const ref = cluster.ref('configmaps', 'crud');
      expect(await client.get(ref)).toEqual(made);
      const replaced = await client.replace(ref.type, { ...made, data: { a: '2' } });
      expect(replaced.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
      await expect(client.replace(ref.type, { ...made, data: { a: '3' } })).rejects.toMatchObject({
        code: 'version_conflict',
      });
      await client.delete(ref);
      await expect(client.get(ref)).rejects.toMatchObject({ code: 'not_found', kind: 'not-found' });
      await expect(client.delete(ref)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('of a name that exists are refused', async () => {
      const cluster = open();
      await cluster.create('configmaps', configMap('twice'));
      await expect(cluster.create('configmaps', configMap('twice'))).rejects.toMatchObject({ code: 'already_exists' });
    });

    it('that are wrong are refused with pointers to the faults', async () => {
      const cluster = open();
      const wrong = deployment('wrong', -1);
      await expect(cluster.create('deployments', wrong)).rejects.toMatchObject({
        code: 'invalid_input',
        details: expect.arrayContaining([expect.objectContaining({ pointer: '/spec/replicas' })]),
      });
      await expect(cluster.create('configmaps', configMap('Not_A_Name'))).rejects.toMatchObject({
        code: 'invalid_input',
        details: expect.arrayContaining([expect.objectContaining({ pointer: '/metadata/name' })]),
      });
    });

    it('stay as they are in a dry run', async () => {
      const cluster = open();
      const { client } = cluster;
      const type = cluster.type('configmaps');
      const object = { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('dry') } as KubeObject;
      object.metadata.namespace = cluster.namespace;
      expect((await client.create(type, object, { dryRun: true })).metadata.uid).toBeDefined();
      const ref = cluster.ref('configmaps', 'dry');
      await expect(client.get(ref)).rejects.toMatchObject({ code: 'not_found' });
      await client.create(type, object);
      await client.patch(ref, { type: 'merge', body: { data: { a: '1' } } }, { dryRun: true });
      await client.delete(ref, { dryRun: true });
      expect((await client.get(ref)).data).toBeUndefined();
    });

    it('of an unknown kind are not found', async () => {
      const cluster = open();
      const type = { ...cluster.type('configmaps'), group: 'nobody.example.com', plural: 'nothings' };
      await expect(cluster.client.get({ type, namespace: cluster.namespace, name: 'x' })).rejects.toMatchObject({
        code: 'not_found',
      });
    });
  });

  describe('lists', () => {
    it('come in pages that together are the whole, each with what remains', async () => {
      const cluster = open();
      const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
      for (const name of names) await cluster.create('configmaps', configMap(name, {}, { suite: 'pages' }));
      const pages: ListPage[] = [];
      const options = { namespace: cluster.namespace, labelSelector: 'suite=pages', limit: 3 };
      for await (const page of cluster.client.list(cluster.type('configmaps'), options)) pages.push(page);
      expect(pages.map((page) => page.items.length)).toEqual([3, 3, 1]);
      expect(pages.flatMap((page) => page.items.map((item) => item.metadata.name))).toEqual(names);
      expect(new Set(pages.map((page) => page.resourceVersion)).size).toBe(1);
      expect(pages[0]?.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    });

    it('choose by labels', async () => {
      const cluster = open();
      const labels = [{ tier: 'web', track: 'stable' }, { tier: 'web' }, { tier: 'db', track: 'canary' }, undefined];
      for (const [index, each] of labels.entries())
        await cluster.create('configmaps', configMap(`label-${index}`, {}, each));
      const select = async (labelSelector: string): Promise<string[]> => {
        const found: string[] = [];
        const options = { namespace: cluster.namespace, labelSelector };
        for await (const page of cluster.client.list(cluster.type('configmaps'), options)) {
          found.push(...page.items.map((item) => item.metadata.name).filter((name) => name.startsWith('label-')));
        }
        return found;
      };
      expect(await select('tier=web')).toEqual(['label-0', 'label-1']);
      expect(await select('tier in (db,cache)')).toEqual(['label-2']);
      expect(await select('tier!=web')).toEqual(['label-2', 'label-3']);
      expect(await select('tier,!track')).toEqual(['label-1']);
      expect(await select('track notin (canary),tier')).toEqual(['label-0', 'label-1']);
      await expect(select('tier in (')).rejects.toMatchObject({ code: 'invalid_input' });
    });

    it('choose by fields', async () => {
      const cluster = open();
      await cluster.create('configmaps', configMap('by-field'));
      const pages: ListPage[] = [];
      const options = { namespace: cluster.namespace, fieldSelector: 'metadata.name=by-field' };
      for await (const page of cluster.client.list(cluster.type('configmaps'), options)) pages.push(page);
      expect(pages.flatMap((page) => page.items.map((item) => item.metadata.name))).toEqual(['by-field']);
    });
  });

  describe('patches', () => {
    it.each([
      ['merge', { data: { b: '2', a: null } }, { b: '2' }],
      ['json', [{ op: 'replace', path: '/data/a', value: 'x' }], { a: 'x' }],
      ['strategic', { data: { c: '3' } }, { a: '1', c: '3' }],
    ] as const)('of type %s change what they say', async (type, body, expected) => {
      const cluster = open();
      await cluster.create('configmaps', configMap(`patch-${type}`, { a: '1' }));
      const patched = await cluster.client.patch(cluster.ref('configmaps', `patch-${type}`), { type, body });
      expect(patched.data).toEqual(expected);
    });

    it('of the strategic type merge lists by their key', async () => {
      const cluster = open();
      await cluster.create('deployments', deployment('strategic', 0));
      const body = { spec: { template: { spec: { containers: [{ name: 'second', image: 'localhost/busybox:1' }] } } } };
      const patched = await cluster.client.patch(cluster.ref('deployments', 'strategic'), { type: 'strategic', body });
      const { containers } = (patched.spec as { template: { spec: { containers: { name: string }[] } } }).template.spec;
      expect(containers.map(({ name }) => name).sort()).toEqual(['main', 'second']);
    });

    it('that do not fit are refused', async () => {
      const cluster = open();
      await cluster.create('configmaps', configMap('unfit'));
      const ref = cluster.ref('configmaps', 'unfit');
      const test = [{ op: 'test', path: '/metadata/name', value: 'other' }];
      await expect(cluster.client.patch(ref, { type: 'json', body: test })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });
  });

  describe('subresources', () => {
    it('scale changes the replicas', async () => {
      const cluster = open();
      await cluster.create('deployments', deployment('scaled', 0));
      const ref = cluster.ref('deployments', 'scaled');
      expect(await cluster.client.scale(ref, 5, { dryRun: true })).toEqual({ replicas: 5 });
      expect((await cluster.client.get(ref)).spec).toMatchObject({ replicas: 0 });
      expect(await cluster.client.scale(ref, 1)).toEqual({ replicas: 1 });
      expect((await cluster.client.get(ref)).spec).toMatchObject({ replicas: 1 });
    });

    it('status is written apart from the rest', async () => {
      const cluster = open();
      const made = await cluster.create('persistentvolumeclaims', {
        metadata: { name: 'claim' },
        spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } },
      });
      const ref = cluster.ref('persistentvolumeclaims', 'claim');
      const status = { phase: 'Lost' };
      const { resourceVersion: _, ...metadata } = made.metadata;
      const ignored = await cluster.client.replace(ref.type, { ...made, metadata, status });
      expect(ignored.status).not.toMatchObject(status);
      const changed = await cluster.client.patch(ref, { type: 'merge', body: { status } }, { subresource: 'status' });
      expect(changed.status).toMatchObject(status);
    });
  });

  describe('deletion', () => {
    it('takes what is owned along, or leaves it, as asked', async () => {
      const cluster = open();
      const { client } = cluster;
      const replicaSets = async (app: string): Promise<KubeObject[]> => {
        const found: KubeObject[] = [];
        const options = { namespace: cluster.namespace, labelSelector: `app=${app}` };
        for await (const page of client.list(cluster.type('replicasets'), options)) found.push(...page.items);
        return found;
      };
      for (const name of ['orphaning', 'cascading']) {
        await cluster.create('deployments', deployment(name, 0));
        await expect.poll(() => replicaSets(name), { timeout: 20_000 }).toHaveLength(1);
      }
      await client.delete(cluster.ref('deployments', 'orphaning'), { propagationPolicy: 'Orphan' });
      await client.delete(cluster.ref('deployments', 'cascading'), { propagationPolicy: 'Foreground' });
      await expect.poll(() => replicaSets('cascading'), { timeout: 20_000 }).toHaveLength(0);
      await expect
        .poll(async () => (await replicaSets('orphaning'))[0]?.metadata.ownerReferences, { timeout: 20_000 })
        .toBeUndefined();
    });

    it('waits for finalizers', async () => {
      const cluster = open();
      const { client } = cluster;
      await cluster.create('configmaps', { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      const ref = cluster.ref('configmaps', 'held');
      const held = await client.delete(ref);
      expect(held?.metadata.deletionTimestamp).toBeDefined();
      await client.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } });
      await expect(client.get(ref)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('with a precondition that does not hold is refused', async () => {
      const cluster = open();
      await cluster.create('configmaps', configMap('precondition'));
      const ref = cluster.ref('configmaps', 'precondition');
      const other = { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
      await expect(cluster.client.delete(ref, other)).rejects.toMatchObject({ code: 'version_conflict' });
    });
  });

  describe('controllers', () => {
    it('bring a deployment about', async () => {
      const cluster = open();
      await cluster.create('deployments', deployment('alive', 2));
      const isAvailable = (object: KubeObject): boolean =>
        (object.status as { availableReplicas?: number }).availableReplicas === 2;
      await eventually(cluster, cluster.ref('deployments', 'alive'), isAvailable);
    });
  });
}
