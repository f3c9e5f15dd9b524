import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podTemplate, type TestCluster } from './test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster({ nodes: 3 });
});
afterEach(() => sim.close());

const setOf = (spec: Record<string, unknown> = {}, template = podTemplate('acme/agent:1')) => ({
  kind: 'DaemonSet',
  metadata: { name: 'agent' },
  spec: { selector: { matchLabels: { app: 'web' } }, template, ...spec },
});
const nodes = () =>
  sim
    .list('pods')
    .map((pod) => pod.spec.nodeName)
    .sort();
const set = () => sim.get('daemonsets.apps', 'agent');

describe('a DaemonSet', () => {
  it('runs one pod on each node, new ones included, and none on nodes that are gone', async () => {
    sim.create('daemonsets.apps', setOf());
    await sim.advance(20);
    expect(nodes()).toEqual(['node-1', 'node-2', 'node-3']);
    expect(set()?.status).toEqual({
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      observedGeneration: 1,
      updatedNumberScheduled: 3,
    });
    sim.addNode('node-4');
    await sim.advance(20);
    expect(nodes()).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
    sim.remove('nodes', 'node-1');
    await sim.advance(60);
    expect(nodes()).toEqual(['node-2', 'node-3', 'node-4']);
  });

  it('respects node selectors and taints, and bears cordoned nodes', async () => {
    sim.addNode('tainted', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, labels: { role: 'x' } });
    sim.addNode('cordoned', { spec: { unschedulable: true }, labels: { role: 'x' } });
    sim.create('daemonsets.apps', setOf({}, podTemplate('acme/agent:1', { spec: { nodeSelector: { role: 'x' } } })));
    await sim.advance(20);
    expect(nodes()).toEqual(['cordoned']);
  });

  it('replaces pods one at a time when its template changes', async () => {
    sim.create('daemonsets.apps', setOf());
    await sim.advance(20);
    sim.update('daemonsets.apps', 'agent', (draft) => {
      for (const one of draft.spec.template.spec?.containers ?? []) one.image = 'acme/agent:2';
    });
    for (let step = 0; step < 160; step++) {
      await sim.advance(0.5);
      const ready = sim
        .list('pods')
        .filter(
          (pod) =>
            pod.metadata.deletionTimestamp === undefined &&
            pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
        );
      expect(ready.length).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(sim.list('pods').map((pod) => pod.spec.containers[0]?.image))).toEqual(new Set(['acme/agent:2']));
    expect(
      sim
        .list('controllerrevisions.apps')
        .map((one) => one.revision)
        .sort(),
    ).toEqual([1, 2]);
    expect(set()?.status).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
  });

  it('waits for a person with OnDelete', async () => {
    sim.create('daemonsets.apps', setOf({ updateStrategy: { type: 'OnDelete' } }));
    await sim.advance(20);
    sim.update('daemonsets.apps', 'agent', (draft) => {
      for (const one of draft.spec.template.spec?.containers ?? []) one.image = 'acme/agent:2';
    });
    await sim.advance(40);
    expect(set()?.status?.updatedNumberScheduled).toBeUndefined();
  });
});
