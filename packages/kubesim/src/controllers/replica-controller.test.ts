import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pod } from './cluster-kinds.ts';
import { controllerOf } from './cluster-store.ts';
import { byDeletionOrder } from './pod-control.ts';
import { createTestCluster, podOf, podTemplate, type TestCluster } from './test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

const setOf = (name: string, replicas: number) => ({
  kind: 'ReplicaSet',
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: podTemplate() },
});

describe('a ReplicaSet', () => {
  it('replaces pods that are deleted or fail, and reports counts only when they are not 0', async () => {
    sim.create('replicasets.apps', setOf('web', 2));
    await sim.advance(20);
    const [first] = sim.list('pods');
    sim.remove('pods', first?.metadata.name ?? '');
    await sim.advance(20);
    expect(sim.list('pods')).toHaveLength(2);
    expect(sim.get('replicasets.apps', 'web')?.status).toEqual({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    sim.update('replicasets.apps', 'web', (draft) => {
      draft.spec.replicas = 0;
    });
    await sim.advance(20);
    expect(sim.list('pods')).toEqual([]);
    expect(sim.get('replicasets.apps', 'web')?.status).toEqual({ replicas: 0, observedGeneration: 2 });
  });

  it('adopts a matching pod without controller and deletes what is too many', async () => {
    sim.create('pods', podOf('orphan', 'acme/web:1'));
    await sim.advance(10);
    sim.create('replicasets.apps', setOf('web', 1));
    await sim.advance(20);
    expect(sim.list('pods').map((pod) => pod.metadata.name)).toEqual(['orphan']);
    expect(controllerOf(sim.list('pods')[0] as Pod)).toMatchObject({ kind: 'ReplicaSet', name: 'web' });
  });

  it('lets a pod go whose labels no longer match, and makes another', async () => {
    sim.create('replicasets.apps', setOf('web', 1));
    await sim.advance(20);
    const name = sim.list('pods')[0]?.metadata.name ?? '';
    sim.update('pods', name, (draft) => {
      draft.metadata.labels = { app: 'debug' };
    });
    await sim.advance(20);
    expect(sim.list('pods')).toHaveLength(2);
    expect(controllerOf(sim.get('pods', name) as Pod)).toBeUndefined();
  });

  it('counts a pod as available only after minReadySeconds', async () => {
    sim.create('replicasets.apps', { ...setOf('web', 1), spec: { ...setOf('web', 1).spec, minReadySeconds: 30 } });
    await sim.advance(20);
    expect(sim.get('replicasets.apps', 'web')?.status).toMatchObject({ readyReplicas: 1 });
    expect(sim.get('replicasets.apps', 'web')?.status?.availableReplicas).toBeUndefined();
    await sim.advance(30);
    expect(sim.get('replicasets.apps', 'web')?.status).toMatchObject({ availableReplicas: 1 });
  });

  it('works the same for a ReplicationController', async () => {
    sim.create('replicationcontrollers', {
      kind: 'ReplicationController',
      metadata: { name: 'old' },
      spec: { replicas: 2, selector: { app: 'web' }, template: podTemplate() },
    });
    await sim.advance(20);
    expect(sim.list('pods')).toHaveLength(2);
    expect(sim.get('replicationcontrollers', 'old')?.status).toMatchObject({ replicas: 2, readyReplicas: 2 });
  });
});

describe('the order in which pods are deleted', () => {
  const make = (
    name: string,
    facts: { node?: string; phase?: string; ready?: string; cost?: string; restarts?: number; created?: string },
  ): Pod =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        creationTimestamp: facts.created ?? '2026-01-01T00:00:00Z',
        annotations: facts.cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': facts.cost },
      },
      spec: { containers: [], ...(facts.node === undefined ? {} : { nodeName: facts.node }) },
      status: {
        phase: facts.phase ?? 'Running',
        conditions:
          facts.ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: facts.ready }],
        containerStatuses: [{ name: 'a', image: 'a', imageID: '', ready: true, restartCount: facts.restarts ?? 0 }],
      },
    }) as unknown as Pod;
  const old = '2026-01-01T00:00:00Z';
  const young = '2026-01-02T00:00:00Z';

  it.each([
    {
      rule: 'unbound before bound',
      first: make('z', { phase: 'Pending' }),
      second: make('a', { node: 'n', ready: old }),
    },
    {
      rule: 'pending before running',
      first: make('z', { node: 'n', phase: 'Pending' }),
      second: make('a', { node: 'n2', ready: old }),
    },
    { rule: 'unready before ready', first: make('z', { node: 'n' }), second: make('a', { node: 'n2', ready: old }) },
    {
      rule: 'cheap before dear',
      first: make('z', { node: 'n', ready: old, cost: '-5' }),
      second: make('a', { node: 'n2', ready: young, cost: '7' }),
    },
    {
      rule: 'shorter ready first',
      first: make('z', { node: 'n', ready: young }),
      second: make('a', { node: 'n2', ready: old }),
    },
    {
      rule: 'more restarts first',
      first: make('z', { node: 'n', ready: old, restarts: 4 }),
      second: make('a', { node: 'n2', ready: old }),
    },
    {
      rule: 'younger first',
      first: make('z', { node: 'n', ready: old, created: young }),
      second: make('a', { node: 'n2', ready: old }),
    },
  ])('takes $rule', ({ first, second }) => {
    expect(byDeletionOrder([second, first]).map((pod) => pod.metadata.name)).toEqual([
      first.metadata.name,
      second.metadata.name,
    ]);
  });

  it('takes first from the node that has most of them', () => {
    const pods = [
      make('a', { node: 'one', ready: young }),
      make('b', { node: 'two', ready: old }),
      make('c', { node: 'two', ready: old }),
    ];
    expect(byDeletionOrder(pods).map((pod) => pod.metadata.name)).toEqual(['b', 'c', 'a']);
  });
});
