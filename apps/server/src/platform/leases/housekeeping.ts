import { type Clock, type Logger, messageOf, type Service } from '@pilothouse/core';
import type { Leases } from './leases.ts';

/** Something that has to be tidied up now and then by one replica. */
export type Sweep = { readonly name: string; run(): Promise<unknown> };

export type HousekeepingDeps = {
  leases: Leases;
  clock: Clock;
  log: Logger;
  sweeps: readonly Sweep[];
  /** Milliseconds between rounds (default ten minutes). */
  interval?: number;
};

export function createHousekeeping({ leases, clock, log, sweeps, interval = 600_000 }: HousekeepingDeps): Service {
  async function sweepAll(signal: AbortSignal): Promise<void> {
    for (const sweep of sweeps) {
      if (signal.aborted) return;
      try {
        await sweep.run();
      } catch (error) {
        log.warn('housekeeping failed and is tried again later', { sweep: sweep.name, error: messageOf(error) });
      }
    }
  }
  return {
    name: 'housekeeping',
    run(signal, ready) {
      ready();
      return leases.hold('housekeeping', {
        signal,
        async work(lease) {
          const stop = AbortSignal.any([signal, lease.signal]);
          // Nothing is urgent enough to compete with the start.
          await clock.sleep(Math.min(30_000, interval), stop).catch(() => {});
          while (!stop.aborted) {
            await sweepAll(stop);
            await clock.sleep(interval, stop).catch(() => {});
          }
        },
      });
    },
  };
}
