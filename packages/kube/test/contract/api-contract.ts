import { discoverResources, findResourceType } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import type { ClusterUnderTest } from './cluster-under-test.ts';

/** What the cluster serves and what we may do. */
export function apiContract(open: () => ClusterUnderTest): void {
  describe('the API', () => {
    it('tells its version', async () => {
      expect((await open().client.version()).gitVersion).toMatch(/^v1\.\d+\.\d+/);
    });

    it('is discovered with short names, categories and subresources', async () => {
      const { types, failures } = await discoverResources(open().client);
      expect(failures).toEqual([]);
      expect(findResourceType(types, 'po')).toMatchObject({
        group: '',
        version: 'v1',
        plural: 'pods',
        kind: 'Pod',
        namespaced: true,
        subresources: expect.arrayContaining(['log', 'exec', 'status']),
      });
      expect(findResourceType(types, 'deploy')).toMatchObject({
        group: 'apps',
        subresources: expect.arrayContaining(['scale']),
      });
      expect(findResourceType(types, 'no')).toMatchObject({ plural: 'nodes', namespaced: false });
      expect(findResourceType(types, 'cj')?.group).toBe('batch');
    });

    it('gives one version of each resource', async () => {
      const { types } = await discoverResources(open().client);
      const names = types.map((type) => `${type.group}/${type.plural}`);
      expect(new Set(names).size).toBe(names.length);
    });

    it('answers what we may do', async () => {
      const { client, namespace } = open();
      expect(await client.canI({ verb: 'delete', group: '', resource: 'pods', namespace })).toMatchObject({
        allowed: true,
      });
      const { resourceRules } = await client.rules(namespace);
      expect(resourceRules).toContainEqual(expect.objectContaining({ verbs: expect.arrayContaining(['*']) }));
    });

    it('gives any path as JSON or text', async () => {
      const { client } = open();
      expect(await client.getJson('/version')).toMatchObject({ major: '1' });
      expect(await client.getText('/readyz')).toBe('ok');
      await expect(client.getJson('/nowhere')).rejects.toMatchObject({ code: 'not_found' });
    });
  });
}
