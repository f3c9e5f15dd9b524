import type { Clock } from '@pilothouse/core';
import type { WorkScheduler } from './work-scheduler.ts';

/** A clock that moves only when told, for tests and for playing a cluster's past in a moment. */
export type SteppedClock = Clock & {
  set(now: number): void;
  /** When the first of those who sleep on this clock wants to wake. */
  nextWake(): number | undefined;
};

const never = Number.POSITIVE_INFINITY;

/** Controllers that answer each other's writes for ever have a fault. */
const mostRoundsAtOnce = 20_000;

type Sleeper = { at: number; wake: () => void };

/** `start` in milliseconds since the epoch. */
export function createSteppedClock(start: number): SteppedClock {
  let now = start;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    nextWake: () => (sleepers.length === 0 ? undefined : Math.min(...sleepers.map((one) => one.at))),
    set(next) {
      now = Math.max(now, next);
      const due = sleepers.filter((one) => one.at <= now);
      sleepers = sleepers.filter((one) => one.at > now);
      for (const one of due) one.wake();
    },
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { at: now + milliseconds, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener(
          'abort',
          () => {
            sleepers = sleepers.filter((one) => one !== sleeper);
            reject(signal.reason);
          },
          { once: true },
        );
      });
    },
  };
}

/**
 * Lets the controllers live through all that happens until `target` (milliseconds since the epoch), jumping from one due moment to the
 * next; ends with the clock at `target`.
 */
export async function playUntil(
  { clock, work }: { clock: SteppedClock; work: WorkScheduler },
  target: number,
): Promise<void> {
  let busy = 0;
  for (;;) {
    // Changes reach the controllers on a microtask, the garbage collector works on the next turn of the event loop.
    await new Promise(setImmediate);
    const next = Math.min(work.nextDue() ?? never, clock.nextWake() ?? never);
    const due = next === never ? undefined : next;
    if ((work.nextDue() ?? never) <= clock.now()) {
      work.runDue();
      if (++busy > mostRoundsAtOnce)
        throw new Error(`The controllers never come to rest: ${work.waiting().join(', ')}`);
      continue;
    }
    busy = 0;
    if (due === undefined || due > target) break;
    clock.set(due);
  }
  clock.set(target);
}
