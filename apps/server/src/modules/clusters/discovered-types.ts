import { type Clock, type Logger, messageOf } from '@pilothouse/core';
import type { ResourceType } from '@pilothouse/kube';

/** What a cluster serves, as it was last found out. Once known it is always at hand: it is found out anew beside those who read it. */
export type DiscoveredTypes = {
  /** Waits only for the first time, or with `fresh`. Rejects when that first time fails; afterwards what was known stays good. */
  list(options?: { fresh?: boolean }): Promise<readonly ResourceType[]>;
  /** The list when there is one. */
  readonly known: readonly ResourceType[] | undefined;
  /** Epoch milliseconds of the last time it was found out; 0 before that. */
  readonly at: number;
  /** Something that defines kinds has changed: finds out anew in a moment. */
  changed(): void;
  close(): void;
};

export type DiscoveredTypesOptions = { discover(): Promise<readonly ResourceType[]>; clock: Clock; log: Logger };

const stalenessBound = 10 * 60_000;
/** Definitions come in bursts: a chart installs dozens of them. */
const settlePause = 300;
const retryPause = 15_000;

export function createDiscoveredTypes({ discover, clock, log }: DiscoveredTypesOptions): DiscoveredTypes {
  let known: readonly ResourceType[] | undefined;
  let at = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<readonly ResourceType[]> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function run(): Promise<readonly ResourceType[]> {
    running ??= discover()
      .then((found) => {
        known = found;
        at = clock.now();
        return found;
      })
      .catch((error: unknown) => {
        failedAt = clock.now();
        throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  function runBeside(): void {
    run().catch((error: unknown) =>
      log.debug('what the cluster serves could not be found out anew', { error: messageOf(error) }),
    );
  }

  return {
    async list({ fresh = false } = {}) {
      if (known === undefined) return run();
      if (fresh) {
        // One that already runs may have begun before what the caller is after.
        await running?.catch(() => {});
        return run().catch(() => known ?? []);
      }
      const isDue = clock.now() - at > stalenessBound && clock.now() - failedAt > retryPause;
      if (isDue) runBeside();
      return known;
    },
    get known() {
      return known;
    },
    get at() {
      return at;
    },
    changed() {
      timer ??= setTimeout(() => {
        timer = undefined;
        runBeside();
      }, settlePause);
      timer.unref();
    },
    close() {
      clearTimeout(timer);
    },
  };
}
