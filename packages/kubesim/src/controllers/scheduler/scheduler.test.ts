import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, deploymentOf, podOf, podTemplate, type TestCluster } from '../test-cluster.ts';
import { unschedulableMessage } from './node-filters.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster({ nodes: 3, cpu: '2' });
});
afterEach(() => sim.close());

const node = (name: string) => sim.get('pods', name)?.spec.nodeName;
const scheduled = (name: string) =>
  sim.get('pods', name)?.status?.conditions?.find((one) => one.type === 'PodScheduled');
const wants = (cpu: string, spec: Record<string, unknown> = {}) => ({
  container: { resources: { requests: { cpu } } },
  spec,
});

describe('the scheduler', () => {
  it('binds a pod and says so', async () => {
    sim.create('pods', podOf('web'));
    await sim.advance(1);
    expect(node('web')).toMatch(/^node-[123]$/);
    expect(scheduled('web')).toMatchObject({ status: 'True' });
    const event = [...sim.store.list('events')].find((one) => one.reason === 'Scheduled');
    expect(event).toMatchObject({
      reportingComponent: 'default-scheduler',
      source: {},
      action: 'Binding',
      eventTime: expect.stringMatching(/\.\d{6}Z$/),
      message: `Successfully assigned default/web to ${node('web')}`,
    });
  });

  it('spreads the pods of one workload over nodes', async () => {
    sim.create('deployments.apps', deploymentOf('web', { replicas: 3 }));
    await sim.advance(5);
    expect(
      sim
        .list('pods')
        .map((pod) => pod.spec.nodeName)
        .sort(),
    ).toEqual(['node-1', 'node-2', 'node-3']);
  });

  it('never asks more of a node than it has, and binds the rest once there is room', async () => {
    sim.create('deployments.apps', deploymentOf('web', { replicas: 8 }, podTemplate('acme/web:1', wants('900m'))));
    await sim.advance(10);
    const perNode = new Map<string, number>();
    for (const pod of sim.list('pods'))
      if (pod.spec.nodeName !== undefined) perNode.set(pod.spec.nodeName, (perNode.get(pod.spec.nodeName) ?? 0) + 1);
    expect([...perNode.values()]).toEqual([2, 2, 2]);
    const [waiting] = sim.list('pods').filter((pod) => pod.spec.nodeName === undefined);
    expect(scheduled(waiting?.metadata.name ?? '')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message:
        '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    });
    expect(sim.events(waiting?.metadata.name ?? '')[0]).toMatch(
      /^FailedScheduling: 0\/3 nodes are available: 3 Insufficient cpu\./,
    );
    sim.addNode('node-4');
    await sim.advance(10);
    expect(sim.list('pods').filter((pod) => pod.spec.nodeName === undefined)).toEqual([]);
  });

  it.each([
    {
      rule: 'a node selector',
      spec: { nodeSelector: { disk: 'ssd' } },
      words: "3 node(s) didn't match Pod's node affinity/selector",
    },
    {
      rule: 'node affinity',
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
            },
          },
        },
      },
      words: "3 node(s) didn't match Pod's node affinity/selector",
    },
  ])('follows $rule', async ({ spec, words }) => {
    sim.create('pods', podOf('web', 'acme/web:1', { spec }));
    await sim.advance(2);
    expect(scheduled('web')?.message).toContain(words);
    sim.addNode('fast', { labels: { disk: 'ssd' } });
    await sim.advance(5);
    expect(node('web')).toBe('fast');
  });

  it('keeps away from tainted and cordoned nodes unless they are tolerated', async () => {
    for (const name of ['node-1', 'node-2'])
      sim.update('nodes', name, (draft) => {
        draft.spec = { ...draft.spec, taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] };
      });
    sim.update('nodes', 'node-3', (draft) => {
      draft.spec = { ...draft.spec, unschedulable: true };
    });
    sim.create('pods', podOf('web'));
    sim.create(
      'pods',
      podOf('db', 'acme/db:1', {
        spec: { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }] },
      }),
    );
    await sim.advance(2);
    expect(scheduled('web')?.message).toMatch(
      /^0\/3 nodes are available: 1 node\(s\) were unschedulable, 2 node\(s\) had untolerated taint \{dedicated: db\}\. preemption: 0\/3 nodes are available: 3 Preemption is not helpful for scheduling\.$/,
    );
    expect(node('db')).toMatch(/^node-[12]$/);
    sim.update('nodes', 'node-3', (draft) => {
      delete draft.spec?.unschedulable;
    });
    await sim.advance(5);
    expect(node('web')).toBe('node-3');
  });

  it('keeps apart what required anti-affinity keeps apart', async () => {
    const affinity = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
        ],
      },
    };
    sim.create(
      'deployments.apps',
      deploymentOf('web', { replicas: 4 }, podTemplate('acme/web:1', { spec: { affinity } })),
    );
    await sim.advance(10);
    expect(
      sim
        .list('pods')
        .map((pod) => pod.spec.nodeName ?? '-')
        .sort(),
    ).toEqual(['-', 'node-1', 'node-2', 'node-3']);
  });

  it('follows pod affinity to the node of what it belongs to', async () => {
    sim.create('pods', podOf('cache', 'acme/cache:1', { labels: { app: 'cache' } }));
    await sim.advance(2);
    const affinity = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'cache' } } },
        ],
      },
    };
    sim.create('pods', podOf('web', 'acme/web:1', { spec: { affinity } }));
    await sim.advance(2);
    expect(node('web')).toBe(node('cache'));
  });

  it('honours topology spread constraints that forbid', async () => {
    const topologySpreadConstraints = [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ];
    sim.create(
      'deployments.apps',
      deploymentOf('web', { replicas: 6 }, podTemplate('acme/web:1', { spec: { topologySpreadConstraints } })),
    );
    await sim.advance(10);
    const nodes = sim.list('pods').map((pod) => pod.spec.nodeName);
    for (const name of ['node-1', 'node-2', 'node-3']) expect(nodes.filter((one) => one === name)).toHaveLength(2);
  });

  it('leaves gated pods and those of other schedulers alone', async () => {
    sim.create('pods', podOf('gated', 'acme/web:1', { spec: { schedulingGates: [{ name: 'quota' }] } }));
    sim.create('pods', podOf('foreign', 'acme/web:1', { spec: { schedulerName: 'mine' } }));
    await sim.advance(5);
    expect(node('gated')).toBeUndefined();
    expect(scheduled('gated')).toMatchObject({ reason: 'SchedulingGated' });
    expect(node('foreign')).toBeUndefined();
    sim.update('pods', 'gated', (draft) => {
      delete draft.spec.schedulingGates;
    });
    await sim.advance(2);
    expect(node('gated')).toBeDefined();
  });

  it('says that there are no nodes', () => {
    expect(unschedulableMessage([])).toBe('no nodes available to schedule pods');
  });
});
