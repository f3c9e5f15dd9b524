import { type Clock, type Logger, systemClock } from '@pilothouse/core';
import type { ClusterCache } from '../cluster-cache.ts';
import type { KubeClient } from '../kube-client.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import { type RunningCache, startResourceCache } from './resource-cache.ts';

export type ClusterCacheOptions = {
  log: Logger;
  clock?: Clock;
  /** Milliseconds a cache lives on after its last lease (default 60,000). */
  idleAfter?: number;
  /** Changes kept per resource for readers that resume (default 4096). */
  ringSize?: number;
  /** Objects per page of a list (default 500). */
  pageSize?: number;
  /** Milliseconds without a byte after which a watch is opened again (default 90,000). */
  watchIdle?: number;
};

type Entry = { running: RunningCache; leases: number; idle: AbortController | undefined };

/** The watch caches of one cluster, one per resource, shared by all who hold a lease (see ClusterCache). */
export function createClusterCache(client: KubeClient, options: ClusterCacheOptions): ClusterCache {
  const { log, clock = systemClock, idleAfter = 60_000, ringSize = 4096, pageSize = 500, watchIdle = 90_000 } = options;
  const entries = new Map<string, Entry>();
  const stopping = new Set<Promise<void>>();

  function start(type: ResourceType): Entry {
    const running = startResourceCache({ client, type, log, clock, ringSize, pageSize, watchIdle });
    return { running, leases: 0, idle: undefined };
  }

  function stop(key: string, entry: Entry): void {
    entries.delete(key);
    const stopped = entry.running.stop().finally(() => stopping.delete(stopped));
    stopping.add(stopped);
  }

  function stopWhenIdle(key: string, entry: Entry): void {
    const idle = new AbortController();
    entry.idle = idle;
    clock.sleep(idleAfter, idle.signal).then(
      () => stop(key, entry),
      () => {},
    );
  }

  return {
    acquire(type) {
      const key = `${apiVersionOf(type)}/${type.plural}`;
      const entry = entries.get(key) ?? start(type);
      entries.set(key, entry);
      entry.leases += 1;
      entry.idle?.abort();
      entry.idle = undefined;
      let released = false;
      return {
        cache: entry.running.cache,
        release() {
          if (released) return;
          released = true;
          entry.leases -= 1;
          if (entry.leases === 0 && entries.get(key) === entry) stopWhenIdle(key, entry);
        },
      };
    },
    *running() {
      for (const { running } of entries.values()) yield running.cache;
    },
    async close() {
      for (const [key, entry] of entries) {
        entry.idle?.abort();
        stop(key, entry);
      }
      await Promise.all(stopping);
    },
  };
}
