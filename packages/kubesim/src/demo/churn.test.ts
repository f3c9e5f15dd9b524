import { describe, expect, it } from 'vitest';
import { createSteppedClock } from '../controllers/stepped-clock.ts';
import { seedScale } from '../scale/seed-scale.ts';
import { createSimulatedCluster } from '../simulated-cluster.ts';
import { churn } from './churn.ts';

describe('churn', () => {
  it('changes pods at the rate asked for, keeps their number, and says when each changed', async () => {
    const clock = createSteppedClock(Date.parse('2026-05-04T10:00:00Z'));
    const cluster = createSimulatedCluster({ clock, controllers: false });
    await seedScale(cluster.store, 300, clock.now());
    const before = [...cluster.store.list('pods')].length;
    let seen = 0;
    const stamps: number[] = [];
    cluster.store.subscribe('pods', ({ object }) => {
      seen++;
      stamps.push(Number(object.metadata.annotations?.['kubesim.pilothouse.dev/changed-at']));
    });
    const running = churn(cluster.store, 500, clock);
    for (let step = 0; step < 100; step++) {
      clock.set(clock.now() + 10);
      await new Promise(setImmediate);
    }
    await running.stop();
    expect(running.changes).toBeGreaterThanOrEqual(490);
    expect(running.changes).toBeLessThanOrEqual(510);
    expect(seen).toBeGreaterThanOrEqual(running.changes);
    expect([...cluster.store.list('pods')]).toHaveLength(before);
    expect(stamps.filter((one) => Number.isFinite(one)).length).toBeGreaterThan(450);
    await cluster.close();
  });
});
