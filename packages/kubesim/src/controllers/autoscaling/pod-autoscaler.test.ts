import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, deploymentOf, podTemplate, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster({ cpu: '32' });
});
afterEach(() => sim.close());

/** A Deployment whose pods use `share` of their CPU request at ordinary traffic, for two pods. */
const loaded = (share: string, replicas = 2) =>
  deploymentOf(
    'web',
    { replicas },
    podTemplate('acme/web:1', {
      annotations: { 'kubesim.pilothouse.dev/cpu-share': share, 'kubesim.pilothouse.dev/load-replicas': '2' },
      container: { resources: { requests: { cpu: '100m' }, limits: { cpu: '2' } } },
    }),
  );
const scalerOf = (spec: Record<string, unknown> = {}) => ({
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 12,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    ...spec,
  },
});
const scaler = () => sim.get('horizontalpodautoscalers.autoscaling', 'web');
const condition = (type: string) => scaler()?.status?.conditions?.find((one) => one.type === type);
const replicas = () => sim.get('deployments.apps', 'web')?.spec.replicas ?? 0;

describe('a HorizontalPodAutoscaler', () => {
  it('scales up until the load is shared, and says why', async () => {
    sim.create('deployments.apps', loaded('2'));
    sim.create('horizontalpodautoscalers.autoscaling', scalerOf());
    await sim.advance(300);
    expect(replicas()).toBeGreaterThanOrEqual(5);
    expect(replicas()).toBeLessThanOrEqual(12);
    expect(scaler()?.status).toMatchObject({
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: expect.any(Number) } } },
      ],
      lastScaleTime: expect.any(String),
    });
    expect(condition('ScalingActive')).toMatchObject({ status: 'True', reason: 'ValidMetricFound' });
    expect(condition('AbleToScale')).toMatchObject({ status: 'True' });
    expect(
      sim
        .events('web')
        .some((event) =>
          /^SuccessfulRescale: New size: \d+; reason: cpu resource utilization \(percentage of request\) above target/.test(
            event,
          ),
        ),
    ).toBe(true);
  });

  it('never more than doubles, or adds four, at once', async () => {
    sim.create('deployments.apps', loaded('10'));
    sim.create('horizontalpodautoscalers.autoscaling', scalerOf({ maxReplicas: 40 }));
    let last = 2;
    for (let step = 0; step < 60; step++) {
      await sim.advance(1);
      expect(replicas()).toBeLessThanOrEqual(Math.max(last * 2, last + 4));
      last = replicas();
    }
    expect(last).toBeGreaterThan(6);
  });

  it('scales down only after its stabilisation window, to minReplicas at least', async () => {
    sim.create('deployments.apps', loaded('0.1', 8));
    await sim.advance(30);
    sim.create(
      'horizontalpodautoscalers.autoscaling',
      scalerOf({ behavior: { scaleDown: { stabilizationWindowSeconds: 120 } } }),
    );
    await sim.advance(100);
    expect(replicas()).toBe(8);
    expect(condition('AbleToScale')).toMatchObject({ reason: 'ScaleDownStabilized' });
    await sim.advance(60);
    expect(replicas()).toBe(2);
    await sim.advance(30);
    expect(condition('ScalingLimited')).toMatchObject({ status: 'True', reason: 'TooFewReplicas' });
  });

  it('stops at maxReplicas and says that it is limited', async () => {
    sim.create('deployments.apps', loaded('5'));
    sim.create('horizontalpodautoscalers.autoscaling', scalerOf({ maxReplicas: 3 }));
    await sim.advance(60);
    expect(replicas()).toBe(3);
    expect(condition('ScalingLimited')).toMatchObject({ status: 'True', reason: 'TooManyReplicas' });
  });

  it('does not touch a target scaled to zero', async () => {
    sim.create('deployments.apps', loaded('1', 0));
    sim.create('horizontalpodautoscalers.autoscaling', scalerOf());
    await sim.advance(60);
    expect(replicas()).toBe(0);
    expect(condition('ScalingActive')).toMatchObject({ status: 'False', reason: 'ScalingDisabled' });
  });

  it('says that its target or its metrics are missing', async () => {
    sim.create('horizontalpodautoscalers.autoscaling', scalerOf());
    await sim.advance(20);
    expect(condition('AbleToScale')).toMatchObject({ status: 'False', reason: 'FailedGetScale' });
    sim.create('deployments.apps', deploymentOf('web', { replicas: 2 }, podTemplate('sim/missing:1')));
    await sim.advance(40);
    expect(condition('ScalingActive')).toMatchObject({ status: 'False', reason: 'FailedGetResourceMetric' });
  });
});
