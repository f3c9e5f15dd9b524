import type { KubeObject } from '@pilothouse/kube';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterStore } from './cluster-store.ts';
import { createEventRecorder, type EventRecorder } from './event-recorder.ts';
import { createTestCluster, podOf, type TestCluster } from './test-cluster.ts';

let sim: TestCluster;
let recorder: EventRecorder;
let pod: KubeObject;
beforeEach(async () => {
  sim = await createTestCluster({ nodes: 0 });
  recorder = createEventRecorder({ store: clusterStore(sim.store), clock: sim.clock, pace: { hasty: false } });
  pod = sim.create('pods', podOf('web', 'acme/web:1', { spec: { schedulerName: 'nobody' } }));
});
afterEach(() => sim.close());

const source = { component: 'kubelet', host: 'node-1' };
const recorded = () =>
  [...sim.store.list('events')] as (KubeObject & {
    count?: number;
    message?: string;
    firstTimestamp?: string;
    lastTimestamp?: string;
    series?: object;
  })[];

describe('the event recorder', () => {
  it('writes an Event as client-go does', () => {
    recorder.record(source, pod, {
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off',
      fieldPath: 'spec.containers{main}',
    });
    expect(recorded()[0]).toMatchObject({
      metadata: { name: expect.stringMatching(/^web\.[0-9a-f]+$/), namespace: 'default' },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: 'default',
        name: 'web',
        uid: pod.metadata.uid,
        fieldPath: 'spec.containers{main}',
      },
      reason: 'BackOff',
      message: 'Back-off',
      type: 'Warning',
      count: 1,
      source,
      reportingComponent: 'kubelet',
      reportingInstance: 'node-1',
      firstTimestamp: '2026-03-01T12:00:00Z',
      lastTimestamp: '2026-03-01T12:00:00Z',
    });
  });

  it('counts the same Event again instead of writing another', async () => {
    for (let times = 0; times < 3; times++) {
      recorder.record(source, pod, { type: 'Warning', reason: 'BackOff', message: 'Back-off' });
      await sim.advance(10);
    }
    expect(recorded()).toHaveLength(1);
    expect(recorded()[0]).toMatchObject({
      count: 3,
      firstTimestamp: '2026-03-01T12:00:00Z',
      lastTimestamp: '2026-03-01T12:00:20Z',
    });
  });

  it('combines Events that differ only in their message after ten of them', () => {
    for (let number = 1; number <= 14; number++)
      recorder.record(source, pod, { type: 'Normal', reason: 'Created', message: `made ${number}` });
    expect(recorded()).toHaveLength(11);
    expect(recorded().find((event) => event.message?.startsWith('(combined'))).toMatchObject({
      count: 4,
      message: '(combined from similar events): made 14',
    });
  });

  it('lets 25 through at once, then one every five minutes', async () => {
    const say = () => recorder.record(source, pod, { type: 'Warning', reason: 'BackOff', message: 'again' });
    for (let times = 0; times < 60; times++) say();
    expect(recorded()[0]?.count).toBe(25);
    await sim.advance(301);
    for (let times = 0; times < 10; times++) say();
    expect(recorded()[0]?.count).toBe(26);
  });

  it('keeps a series for what comes through events.k8s.io, a new one after six minutes of silence', async () => {
    const say = () =>
      recorder.recordSeries('default-scheduler', pod, {
        type: 'Warning',
        reason: 'FailedScheduling',
        action: 'Scheduling',
        message: '0/1 nodes',
      });
    say();
    await sim.advance(60);
    say();
    expect(recorded()).toHaveLength(1);
    expect(recorded()[0]).toMatchObject({
      series: { count: 2, lastObservedTime: '2026-03-01T12:01:00.000000Z' },
      eventTime: '2026-03-01T12:00:00.000000Z',
    });
    await sim.advance(400);
    say();
    expect(recorded()).toHaveLength(2);
  });

  it('fails for nobody when the namespace is gone', () => {
    const stray = { ...pod, metadata: { ...pod.metadata, namespace: 'nowhere' } };
    expect(() => recorder.record(source, stray, { type: 'Normal', reason: 'X', message: 'x' })).not.toThrow();
  });

  it('lets Events go an hour after they last happened', async () => {
    recorder.record(source, pod, { type: 'Normal', reason: 'X', message: 'x' });
    await sim.advance(1800);
    recorder.record(source, pod, { type: 'Normal', reason: 'X', message: 'x' });
    await sim.advance(3500);
    expect(recorded().filter((event) => event.message === 'x')).toHaveLength(1);
    await sim.advance(200);
    expect(recorded().filter((event) => event.message === 'x')).toHaveLength(0);
  });
});
