import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podTemplate, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
  sim.create('storageclasses.storage.k8s.io', {
    kind: 'StorageClass',
    metadata: { name: 'disk' },
    provisioner: 'disk.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
  });
});
afterEach(() => sim.close());

const setOf = (spec: Record<string, unknown> = {}, image = 'acme/db:1') => ({
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    replicas: 3,
    serviceName: 'db',
    selector: { matchLabels: { app: 'web' } },
    template: podTemplate(image),
    ...spec,
  },
});
const claims = [
  {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'disk', resources: { requests: { storage: '1Gi' } } },
  },
];
const set = () => sim.get('statefulsets.apps', 'db');
const names = () => sim.list('pods').map((pod) => pod.metadata.name);
const setImage = (image: string) =>
  sim.update('statefulsets.apps', 'db', (draft) => {
    for (const one of draft.spec.template.spec?.containers ?? []) one.image = image;
  });
const imageOf = (name: string) => sim.get('pods', name)?.spec.containers[0]?.image;

describe('a StatefulSet', () => {
  it('makes its pods one after the other, each when the one before is ready, with names and a claim of their own', async () => {
    sim.create('statefulsets.apps', setOf({ volumeClaimTemplates: claims }));
    const seen: string[] = [];
    for (let step = 0; step < 100; step++) {
      await sim.advance(0.5);
      const now = names().join(' ');
      if (now !== '' && seen.at(-1) !== now) seen.push(now);
      const [, second] = sim.list('pods');
      if (second !== undefined)
        expect(sim.get('pods', 'db-0')?.status?.conditions?.find((one) => one.type === 'Ready')?.status).toBe('True');
    }
    expect(seen).toEqual(['db-0', 'db-0 db-1', 'db-0 db-1 db-2']);
    const pod = sim.get('pods', 'db-1');
    expect(pod?.metadata.labels).toMatchObject({
      'statefulset.kubernetes.io/pod-name': 'db-1',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': set()?.status?.updateRevision,
    });
    expect(pod?.spec).toMatchObject({
      hostname: 'db-1',
      subdomain: 'db',
      volumes: expect.arrayContaining([{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }]),
    });
    expect(sim.list('persistentvolumeclaims').map((claim) => [claim.metadata.name, claim.status?.phase])).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
      ['data-db-2', 'Bound'],
    ]);
    expect(set()?.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
    });
    expect(sim.events('db')).toEqual(
      expect.arrayContaining([
        'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
        'SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success',
      ]),
    );
  });

  it('makes all pods at once with Parallel', async () => {
    sim.create('statefulsets.apps', setOf({ podManagementPolicy: 'Parallel' }));
    await sim.advance(0.1);
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
  });

  it('does not go on past a pod that is not ready', async () => {
    sim.create(
      'statefulsets.apps',
      setOf({ template: podTemplate('sim/unready:1', { container: { readinessProbe: { tcpSocket: { port: 1 } } } }) }),
    );
    await sim.advance(120);
    expect(names()).toEqual(['db-0']);
  });

  it('scales down from the last, keeps the claims, and takes them up again', async () => {
    sim.create('statefulsets.apps', setOf({ volumeClaimTemplates: claims }));
    await sim.advance(60);
    const volume = sim.get('persistentvolumeclaims', 'data-db-2')?.spec.volumeName;
    sim.update('statefulsets.apps', 'db', (draft) => {
      draft.spec.replicas = 1;
    });
    const seen: string[] = [];
    for (let step = 0; step < 200; step++) {
      await sim.advance(0.1);
      const now = names().join(' ');
      if (seen.at(-1) !== now) seen.push(now);
    }
    expect(seen).toEqual(['db-0 db-1 db-2', 'db-0 db-1', 'db-0']);
    expect(sim.list('persistentvolumeclaims')).toHaveLength(3);
    sim.update('statefulsets.apps', 'db', (draft) => {
      draft.spec.replicas = 3;
    });
    await sim.advance(60);
    expect(sim.get('persistentvolumeclaims', 'data-db-2')?.spec.volumeName).toBe(volume);
    expect(set()?.status?.readyReplicas).toBe(3);
  });

  it('removes the claims of pods scaled away when told so', async () => {
    sim.create(
      'statefulsets.apps',
      setOf({
        volumeClaimTemplates: claims,
        persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
      }),
    );
    await sim.advance(60);
    sim.update('statefulsets.apps', 'db', (draft) => {
      draft.spec.replicas = 2;
    });
    await sim.advance(40);
    expect(sim.list('persistentvolumeclaims').map((claim) => claim.metadata.name)).toEqual(['data-db-0', 'data-db-1']);
  });

  it('updates from the last to the first, one at a time, and then moves its current revision', async () => {
    sim.create('statefulsets.apps', setOf());
    await sim.advance(60);
    const before = set()?.status?.currentRevision;
    setImage('acme/db:2');
    const order: string[] = [];
    for (let step = 0; step < 200; step++) {
      await sim.advance(0.5);
      for (const name of names()) if (imageOf(name) === 'acme/db:2' && !order.includes(name)) order.push(name);
      expect(sim.list('pods').filter((pod) => pod.metadata.deletionTimestamp !== undefined).length).toBeLessThanOrEqual(
        1,
      );
      if (order.length === 1) expect(set()?.status?.currentRevision).toBe(before);
    }
    expect(order).toEqual(['db-2', 'db-1', 'db-0']);
    expect(set()?.status?.currentRevision).toBe(set()?.status?.updateRevision);
    expect(set()?.status?.currentRevision).not.toBe(before);
  });

  it('leaves pods below the partition as they are, also when they are made again', async () => {
    sim.create(
      'statefulsets.apps',
      setOf({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }),
    );
    await sim.advance(60);
    setImage('acme/db:2');
    await sim.advance(60);
    expect(names().map(imageOf)).toEqual(['acme/db:1', 'acme/db:1', 'acme/db:2']);
    expect(set()?.status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    sim.remove('pods', 'db-0');
    await sim.advance(40);
    expect(imageOf('db-0')).toBe('acme/db:1');
  });

  it('updates only what is deleted by hand with OnDelete', async () => {
    sim.create('statefulsets.apps', setOf({ updateStrategy: { type: 'OnDelete' } }));
    await sim.advance(60);
    setImage('acme/db:2');
    await sim.advance(40);
    expect(names().map(imageOf)).toEqual(['acme/db:1', 'acme/db:1', 'acme/db:1']);
    sim.remove('pods', 'db-1');
    await sim.advance(40);
    expect(names().map(imageOf)).toEqual(['acme/db:1', 'acme/db:2', 'acme/db:1']);
  });

  it('keeps ControllerRevisions, and gives an old template its old revision with a new number', async () => {
    sim.create('statefulsets.apps', setOf());
    await sim.advance(60);
    setImage('acme/db:2');
    await sim.advance(90);
    setImage('acme/db:1');
    await sim.advance(90);
    const revisions = sim
      .list('controllerrevisions.apps')
      .map((one) => one.revision)
      .sort();
    expect(revisions).toEqual([2, 3]);
    expect(names().map(imageOf)).toEqual(['acme/db:1', 'acme/db:1', 'acme/db:1']);
  });
});
