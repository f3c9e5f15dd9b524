import { describe, expect, it } from 'vitest';
import type { PodParts } from './shell/container-world.ts';
import { trafficAt } from './traffic.ts';
import { podUsage } from './usage.ts';

const start = Date.parse('2026-05-04T10:00:00Z');
const pod = (annotations: Record<string, string> = {}, running = true) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', uid: 'u', annotations },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'a',
          resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '300m', memory: '300Mi' } },
        },
      ],
    },
    status: {
      containerStatuses: [
        { name: 'main', state: running ? { running: { startedAt: '2026-05-01T00:00:00Z' } } : { waiting: {} } },
      ],
    },
  }) as unknown as PodParts;

describe('the usage of a pod', () => {
  it('is nothing while it does not run', () => {
    expect(podUsage(pod({}, false), start)).toBeUndefined();
  });

  it('moves with the traffic and stays within the limits', () => {
    const cpus: number[] = [];
    for (let minute = 0; minute < 600; minute++) {
      const [sample] = podUsage(pod(), start + minute * 60_000) ?? [];
      cpus.push(sample?.usage.cpuNanoCores ?? 0);
      expect(sample?.usage.cpuNanoCores).toBeLessThanOrEqual(300e6);
      expect(sample?.usage.memoryBytes).toBeLessThan(300 * 1024 * 1024);
      expect(sample?.usage.memoryBytes).toBeGreaterThan(100 * 1024 * 1024);
    }
    const mean = cpus.reduce((sum, one) => sum + one, 0) / cpus.length;
    expect(mean).toBeGreaterThan(70e6);
    expect(mean).toBeLessThan(180e6);
    expect(Math.max(...cpus) / Math.min(...cpus)).toBeGreaterThan(1.5);
  });

  it('falls as more pods share the load', () => {
    const shared = pod({ 'kubesim.pilothouse.dev/load-replicas': '2' });
    const [two] = podUsage(shared, start, 2) ?? [];
    const [four] = podUsage(shared, start, 4) ?? [];
    expect((four?.usage.cpuNanoCores ?? 0) * 2).toBeCloseTo(two?.usage.cpuNanoCores ?? 0, -2);
  });
});

describe('the traffic of the simulated world', () => {
  it('is about one on average, never silent and never absurd', () => {
    const values = Array.from({ length: 5_000 }, (_, index) => trafficAt(start + index * 37_000));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0.3);
    expect(Math.max(...values)).toBeLessThan(2.6);
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    expect(mean).toBeGreaterThan(0.8);
    expect(mean).toBeLessThan(1.3);
  });
});
