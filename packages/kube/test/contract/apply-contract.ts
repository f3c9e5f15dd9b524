import type { KubeObject } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import type { ClusterUnderTest } from './cluster-under-test.ts';

/** Server-side apply. */
export function applyContract(open: () => ClusterUnderTest): void {
  function configMap(name: string, data: Record<string, string>): KubeObject {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: open().namespace }, data };
  }

  describe('server-side apply', () => {
    it('creates, changes, and takes away what the applier no longer says', async () => {
      const { client, type, ref } = open();
      const apply = (data: Record<string, string>) =>
        client.apply(type('configmaps'), configMap('applied', data), { fieldManager: 'one' });
      expect((await apply({ a: '1', b: '2' })).data).toEqual({ a: '1', b: '2' });
      expect((await apply({ b: '3' })).data).toEqual({ b: '3' });
      const { managedFields } = (await client.get(ref('configmaps', 'applied'))).metadata;
      expect(managedFields).toEqual([expect.objectContaining({ manager: 'one', operation: 'Apply' })]);
    });

    it('names each conflicting field with its manager, and takes it over by force', async () => {
      const { client, type } = open();
      const apply = (manager: string, value: string, force = false) =>
        client.apply(type('configmaps'), configMap('contested', { shared: value }), { fieldManager: manager, force });
      await apply('first', '1');
      await apply('second', '1');
      await expect(apply('third', '2')).rejects.toMatchObject({
        code: 'field_conflict',
        kind: 'conflict',
        extra: {
          conflicts: expect.arrayContaining([
            expect.objectContaining({ manager: 'first', field: '.data.shared' }),
            expect.objectContaining({ manager: 'second', field: '.data.shared' }),
          ]),
        },
      });
      const forced = await apply('third', '2', true);
      expect(forced.data).toEqual({ shared: '2' });
      await expect(apply('first', '1')).rejects.toMatchObject({ code: 'field_conflict' });
    });

    it('changes nothing in a dry run, and still tells of conflicts', async () => {
      const { client, type, ref } = open();
      const options = { fieldManager: 'one' };
      await client.apply(type('configmaps'), configMap('dry-apply', { a: '1' }), options);
      const planned = await client.apply(type('configmaps'), configMap('dry-apply', { a: '2' }), {
        ...options,
        dryRun: true,
      });
      expect(planned.data).toEqual({ a: '2' });
      const other = { fieldManager: 'two', dryRun: true };
      await expect(client.apply(type('configmaps'), configMap('dry-apply', { a: '3' }), other)).rejects.toMatchObject({
        code: 'field_conflict',
      });
      expect((await client.get(ref('configmaps', 'dry-apply'))).data).toEqual({ a: '1' });
    });

    it('does not touch an object that is as applied', async () => {
      const { client, type } = open();
      const apply = () => client.apply(type('configmaps'), configMap('same', { a: '1' }), { fieldManager: 'one' });
      const first = await apply();
      expect((await apply()).metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });
  });
}
