import type { Clock } from '@pilothouse/core';

/** Waits for a bell or for time to pass, and does not miss a bell that rings between two waits. */
export type Waiter = {
  wake(): void;
  /** Forgets bells so far: call it before looking for work. */
  reset(): void;
  /** Resolves on a bell since the last reset, after `milliseconds`, or when the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
};

export function createWaiter(clock: Clock): Waiter {
  let rang = false;
  let awake = () => {};
  return {
    wake() {
      rang = true;
      awake();
    },
    reset() {
      rang = false;
    },
    async wait(milliseconds, signal) {
      if (rang || signal.aborted) return;
      const stop = new AbortController();
      const bell = new Promise<void>((resolve) => {
        awake = resolve;
      });
      await Promise.race([bell, clock.sleep(milliseconds, AbortSignal.any([signal, stop.signal])).catch(() => {})]);
      stop.abort();
      awake = () => {};
    },
  };
}
