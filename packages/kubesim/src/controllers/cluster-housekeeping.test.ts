import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, deploymentOf, podOf, podTemplate, type TestCluster } from './test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

describe('a PodDisruptionBudget', () => {
  it.each([
    { rule: { minAvailable: 2 }, allowed: 1, desired: 2 },
    { rule: { minAvailable: '100%' }, allowed: 0, desired: 3 },
    { rule: { maxUnavailable: 1 }, allowed: 1, desired: 2 },
    { rule: { maxUnavailable: '50%' }, allowed: 2, desired: 1 },
  ])('allows $allowed disruptions of 3 pods with $rule', async ({ rule, allowed, desired }) => {
    sim.create('deployments.apps', deploymentOf('web'));
    sim.create('poddisruptionbudgets.policy', {
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { app: 'web' } }, ...rule },
    });
    await sim.advance(30);
    expect(sim.get('poddisruptionbudgets.policy', 'web')?.status).toMatchObject({
      currentHealthy: 3,
      desiredHealthy: desired,
      expectedPods: 3,
      disruptionsAllowed: allowed,
      observedGeneration: 1,
    });
    expect(sim.get('poddisruptionbudgets.policy', 'web')?.status?.conditions?.[0]).toMatchObject({
      type: 'DisruptionAllowed',
      status: allowed > 0 ? 'True' : 'False',
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    });
  });
});

describe('a ResourceQuota', () => {
  it('counts what its namespace uses', async () => {
    sim.create('resourcequotas', {
      kind: 'ResourceQuota',
      metadata: { name: 'limits' },
      spec: {
        hard: {
          pods: '10',
          'requests.cpu': '4',
          'limits.memory': '2Gi',
          configmaps: '5',
          'count/deployments.apps': '3',
          'requests.storage': '10Gi',
        },
      },
    });
    sim.create(
      'deployments.apps',
      deploymentOf(
        'web',
        { replicas: 2 },
        podTemplate('acme/web:1', {
          container: { resources: { requests: { cpu: '250m' }, limits: { memory: '256Mi' } } },
        }),
      ),
    );
    sim.create('persistentvolumeclaims', {
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'x', resources: { requests: { storage: '3Gi' } } },
    });
    await sim.advance(20);
    expect(sim.get('resourcequotas', 'limits')?.status?.used).toEqual({
      pods: '2',
      'requests.cpu': '500m',
      'limits.memory': '512Mi',
      configmaps: '1',
      'count/deployments.apps': '1',
      'requests.storage': '3Gi',
    });
    sim.remove('deployments.apps', 'web');
    await sim.advance(20);
    expect(sim.get('resourcequotas', 'limits')?.status?.used).toMatchObject({
      pods: '0',
      'requests.cpu': '0',
      'count/deployments.apps': '0',
    });
  });
});

describe('a namespace', () => {
  it('gets its default ServiceAccount and root certificate, and the account again when it is deleted', async () => {
    sim.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } });
    await sim.advance(1);
    expect(sim.store.get('serviceaccounts', 'fresh', 'default')).toBeDefined();
    expect(sim.store.get('configmaps', 'fresh', 'kube-root-ca.crt')).toBeDefined();
    sim.store.delete('serviceaccounts', { namespace: 'fresh', name: 'default' });
    await sim.advance(2);
    expect(sim.store.get('serviceaccounts', 'fresh', 'default')).toBeDefined();
  });
});

describe('a node', () => {
  const taints = (name: string) =>
    (sim.get('nodes', name)?.spec?.taints ?? []).map((one) => `${one.key}:${one.effect}`);
  const ready = (name: string) => sim.get('nodes', name)?.status?.conditions?.find((one) => one.type === 'Ready');

  it('bears a taint while it is cordoned', async () => {
    sim.update('nodes', 'node-1', (draft) => {
      draft.spec = { ...draft.spec, unschedulable: true };
    });
    await sim.advance(1);
    expect(taints('node-1')).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
    sim.update('nodes', 'node-1', (draft) => {
      delete draft.spec?.unschedulable;
    });
    await sim.advance(1);
    expect(taints('node-1')).toEqual([]);
  });

  it('that falls silent becomes Unknown, its pods unready and, five minutes later, evicted and replaced elsewhere', async () => {
    const stop = new AbortController();
    const running = sim.controllers.service.run(stop.signal, () => {});
    sim.create('deployments.apps', deploymentOf('web'));
    await sim.advance(30);
    sim.update('nodes', 'node-1', (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, 'kubesim.pilothouse.dev/down': 'true' };
    });
    await sim.advance(45);
    expect(ready('node-1')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(taints('node-1')).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    const lost = sim.list('pods').find((pod) => pod.spec.nodeName === 'node-1');
    expect(lost?.status?.conditions?.find((one) => one.type === 'Ready')?.status).toBe('False');
    await sim.advance(320);
    expect(sim.get('pods', lost?.metadata.name ?? '')?.metadata.deletionTimestamp).toBeDefined();
    expect(
      sim.list('pods').filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.spec.nodeName !== 'node-1'),
    ).toHaveLength(3);
    sim.update('nodes', 'node-1', (draft) => {
      delete draft.metadata.annotations?.['kubesim.pilothouse.dev/down'];
    });
    await sim.advance(60);
    expect(taints('node-1')).toEqual([]);
    expect(ready('node-1')?.status).toBe('True');
    expect(sim.get('pods', lost?.metadata.name ?? '')).toBeUndefined();
    stop.abort();
    await running;
  });

  it('evicts at once what does not tolerate its NoExecute taint', async () => {
    sim.create('pods', podOf('shy', 'acme/web:1', { spec: { nodeName: 'node-1' } }));
    sim.create(
      'pods',
      podOf('tough', 'acme/web:1', {
        spec: { nodeName: 'node-1', tolerations: [{ key: 'broken', operator: 'Exists' }] },
      }),
    );
    await sim.advance(10);
    sim.update('nodes', 'node-1', (draft) => {
      draft.spec = { ...draft.spec, taints: [{ key: 'broken', effect: 'NoExecute' }] };
    });
    await sim.advance(5);
    expect(sim.list('pods').map((pod) => pod.metadata.name)).toEqual(['tough']);
    expect(sim.events('shy')).toContain('TaintManagerEviction: Marking for deletion Pod default/shy');
  });

  it('takes its pods along when it is deleted', async () => {
    sim.create('pods', podOf('web', 'acme/web:1', { spec: { nodeName: 'node-1' } }));
    await sim.advance(10);
    sim.remove('nodes', 'node-1');
    await sim.advance(60);
    expect(sim.get('pods', 'web')).toBeUndefined();
  });

  it('renews its lease and posts its status once the cluster is live', async () => {
    const stop = new AbortController();
    const running = sim.controllers.service.run(stop.signal, () => {});
    await sim.advance(25);
    const lease = sim.store.get('leases.coordination.k8s.io', 'kube-node-lease', 'node-1') as
      | { spec?: { renewTime?: string; holderIdentity?: string } }
      | undefined;
    expect(lease?.spec).toMatchObject({ holderIdentity: 'node-1', renewTime: '2026-03-01T12:00:20.000000Z' });
    stop.abort();
    await running;
  });
});
