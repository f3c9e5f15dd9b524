import { silentLogger } from '@pilothouse/core';
import { describe, expect, it } from 'vitest';
import { createSteppedClock } from './stepped-clock.ts';
import { createWorkScheduler } from './work-scheduler.ts';

function setUp() {
  const clock = createSteppedClock(0);
  return { clock, work: createWorkScheduler({ clock, logger: silentLogger }) };
}

describe('the work scheduler', () => {
  it('runs what is due in the order it is due, and what is due together in the order it was asked for', () => {
    const { clock, work } = setUp();
    const done: string[] = [];
    const queue = work.queue('test', (key) => void done.push(key));
    queue.add('late', 200);
    queue.add('early', 100);
    queue.add('also early', 100);
    queue.add('now');
    work.runDue();
    expect(done).toEqual(['now']);
    expect(work.nextDue()).toBe(100);
    clock.set(250);
    work.runDue();
    expect(done).toEqual(['now', 'early', 'also early', 'late']);
    expect(work.nextDue()).toBeUndefined();
  });

  it('keeps one entry per key, at the earliest time asked for', () => {
    const { clock, work } = setUp();
    const done: number[] = [];
    const queue = work.queue('test', () => void done.push(clock.now()));
    queue.add('a', 500);
    queue.add('a', 100);
    queue.add('a', 900);
    for (const time of [100, 500, 900]) {
      clock.set(time);
      work.runDue();
    }
    expect(done).toEqual([100]);
  });

  it('tries again after a failure, later each time, without holding up other keys', () => {
    const { clock, work } = setUp();
    const tries: number[] = [];
    const done: string[] = [];
    const queue = work.queue('test', (key) => {
      if (key === 'fine') return void done.push(key);
      tries.push(clock.now());
      throw new Error('not yet');
    });
    queue.add('broken');
    queue.add('fine');
    for (let time = 0; time <= 200; time++) {
      clock.set(time);
      work.runDue();
    }
    expect(done).toEqual(['fine']);
    expect(tries).toEqual([0, 5, 15, 35, 75, 155]);
  });

  it('sleeps until work is due or arrives, and stops when told', async () => {
    const { clock, work } = setUp();
    const done: string[] = [];
    const queue = work.queue('test', (key) => void done.push(key));
    const stop = new AbortController();
    queue.add('later', 1_000);
    const running = work.run(stop.signal);
    await new Promise(setImmediate);
    expect(done).toEqual([]);
    queue.add('arrived');
    await expect.poll(() => done).toEqual(['arrived']);
    clock.set(1_000);
    await expect.poll(() => done).toEqual(['arrived', 'later']);
    stop.abort();
    await running;
  });

  it('gives the event loop a turn when there is much to do', () => {
    const { work } = setUp();
    let count = 0;
    const queue = work.queue('test', () => {
      count++;
      const until = performance.now() + 3;
      while (performance.now() < until);
    });
    for (let key = 0; key < 20; key++) queue.add(String(key));
    expect(work.runDue(5)).toBe(true);
    expect(count).toBeLessThan(20);
    expect(work.runDue()).toBe(false);
    expect(count).toBe(20);
  });
});
