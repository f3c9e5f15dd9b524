import { clusterRoutes, resourceRoutes } from '@pilothouse/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantOn, startTestRig, type TestRig } from '../resources/test-rig.ts';

let rig: TestRig;
beforeAll(async () => {
  rig = await startTestRig();
});
afterAll(() => rig.stop());

describe('registering a cluster', () => {
  test('makes it readable, with its facts, and the first one the default', async () => {
    await rig.addCluster('one');
    const cluster = await rig.client().call(clusterRoutes.getCluster, { params: { cluster: 'one' } });
    expect(cluster).toMatchObject({ name: 'one', default: true, role: 'admin', connection: { state: 'connected' } });
    const list = await rig.client().call(resourceRoutes.listResources, { params: { resource: 'namespaces' } });
    expect(list).toMatchObject({ complete: true, kind: 'Namespace' });
    expect(list.items.map((row) => row.id)).toContain('one//default');
  });
});
