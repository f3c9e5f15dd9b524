import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podOf, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

const classOf = (name: string, mode: string, extra: Record<string, unknown> = {}) =>
  sim.create('storageclasses.storage.k8s.io', {
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'disk.example.com',
    volumeBindingMode: mode,
    reclaimPolicy: 'Delete',
    ...extra,
  });
const claimOf = (name: string, storageClassName: string | undefined, storage = '1Gi') =>
  sim.create('persistentvolumeclaims', {
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage } },
    },
  });
const claim = (name: string) => sim.get('persistentvolumeclaims', name);
const volumes = () =>
  [...sim.store.list('persistentvolumes')] as NonNullable<ReturnType<typeof sim.get<'persistentvolumes'>>>[];
const podWith = (name: string, claimName: string) =>
  podOf(name, 'acme/web:1', { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] } });

describe('a claim', () => {
  it('gets a new volume at once from an Immediate class', async () => {
    classOf('disk', 'Immediate');
    claimOf('data', 'disk', '5Gi');
    await sim.advance(5);
    expect(claim('data')?.status).toEqual({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '5Gi' },
    });
    const [volume] = volumes();
    expect(volume).toMatchObject({
      metadata: { name: `pvc-${claim('data')?.metadata.uid}` },
      spec: {
        capacity: { storage: '5Gi' },
        storageClassName: 'disk',
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'default', name: 'data' },
      },
      status: { phase: 'Bound' },
    });
    expect(sim.events('data').map((event) => event.split(':')[0])).toEqual([
      'ExternalProvisioning',
      'Provisioning',
      'ProvisioningSucceeded',
    ]);
  });

  it('waits for its first pod with WaitForFirstConsumer; the volume is in that pod’s zone and keeps later pods there', async () => {
    classOf('disk', 'WaitForFirstConsumer');
    claimOf('data', 'disk');
    await sim.advance(20);
    expect(claim('data')?.status?.phase).toBe('Pending');
    expect(sim.events('data')[0]).toMatch(
      /^WaitForFirstConsumer: waiting for first consumer to be created before binding/,
    );
    sim.create('pods', podWith('one', 'data'));
    await sim.advance(15);
    expect(claim('data')?.status?.phase).toBe('Bound');
    const node = sim.get('pods', 'one')?.spec.nodeName;
    sim.remove('pods', 'one');
    await sim.advance(5);
    for (let round = 0; round < 3; round++) {
      sim.create('pods', podWith(`again-${round}`, 'data'));
      await sim.advance(15);
      expect(sim.get('pods', `again-${round}`)?.spec.nodeName).toBe(node);
    }
  });

  it('stays Pending and says why when its class does not exist; its pod is unschedulable', async () => {
    claimOf('data', 'nowhere');
    sim.create('pods', podWith('one', 'data'));
    await sim.advance(60);
    expect(claim('data')?.status?.phase).toBe('Pending');
    expect(sim.events('data')[0]).toMatch(
      /^ProvisioningFailed: storageclass\.storage\.k8s\.io "nowhere" not found \(x\d+\)$/,
    );
    expect(sim.get('pods', 'one')?.status?.conditions?.find((one) => one.type === 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: expect.stringContaining('pod has unbound immediate PersistentVolumeClaims'),
    });
  });

  it('takes the default class when it names none', async () => {
    classOf('disk', 'Immediate', {
      metadata: { name: 'disk', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    });
    claimOf('data', undefined);
    await sim.advance(5);
    expect(claim('data')).toMatchObject({ spec: { storageClassName: 'disk' }, status: { phase: 'Bound' } });
  });

  it('takes the smallest volume that fits when there are some already', async () => {
    for (const [name, storage] of [
      ['large', '100Gi'],
      ['fitting', '10Gi'],
      ['small', '1Gi'],
    ] as const) {
      sim.create('persistentvolumes', {
        kind: 'PersistentVolume',
        metadata: { name },
        spec: {
          capacity: { storage },
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'manual',
          hostPath: { path: '/x' },
          persistentVolumeReclaimPolicy: 'Retain',
        },
      });
    }
    claimOf('data', 'manual', '5Gi');
    await sim.advance(5);
    expect(claim('data')?.spec.volumeName).toBe('fitting');
    expect(claim('data')?.status?.capacity).toEqual({ storage: '10Gi' });
    expect(volumes().map((one) => [one.metadata.name, one.status?.phase])).toEqual([
      ['fitting', 'Bound'],
      ['large', 'Available'],
      ['small', 'Available'],
    ]);
  });

  it.each([
    { policy: 'Delete', after: [] },
    { policy: 'Retain', after: ['Released'] },
  ])('leaves volumes $after behind when it is deleted with reclaimPolicy $policy', async ({ policy, after }) => {
    classOf('disk', 'Immediate', { reclaimPolicy: policy });
    claimOf('data', 'disk');
    await sim.advance(5);
    sim.remove('persistentvolumeclaims', 'data');
    await sim.advance(5);
    expect(claim('data')).toBeUndefined();
    expect(volumes().map((one) => one.status?.phase)).toEqual(after);
  });

  it('is protected while a pod uses it', async () => {
    classOf('disk', 'Immediate');
    claimOf('data', 'disk');
    sim.create('pods', podWith('one', 'data'));
    await sim.advance(15);
    sim.remove('persistentvolumeclaims', 'data');
    await sim.advance(5);
    expect(claim('data')?.metadata.deletionTimestamp).toBeDefined();
    sim.remove('pods', 'one');
    await sim.advance(10);
    expect(claim('data')).toBeUndefined();
  });

  it('is Lost when its volume is deleted', async () => {
    classOf('disk', 'Immediate');
    claimOf('data', 'disk');
    await sim.advance(5);
    const name = volumes()[0]?.metadata.name ?? '';
    sim.store.update('persistentvolumes', { name }, (draft) => {
      delete draft.metadata.finalizers;
    });
    sim.store.delete('persistentvolumes', { name });
    sim.update('persistentvolumeclaims', 'data', (draft) => {
      draft.metadata.labels = { touched: 'yes' };
    });
    await sim.advance(5);
    expect(claim('data')?.status?.phase).toBe('Lost');
  });

  it('grows when asked for more', async () => {
    classOf('disk', 'Immediate', { allowVolumeExpansion: true });
    claimOf('data', 'disk', '1Gi');
    await sim.advance(5);
    sim.update('persistentvolumeclaims', 'data', (draft) => {
      draft.spec.resources = { requests: { storage: '3Gi' } };
    });
    await sim.advance(5);
    expect(claim('data')?.status?.capacity).toEqual({ storage: '3Gi' });
  });
});
