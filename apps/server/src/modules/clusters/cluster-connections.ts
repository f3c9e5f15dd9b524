import type { Clock, Logger } from '@pilothouse/core';
import { appError, messageOf } from '@pilothouse/core';
import type { ClusterDirectory, ClusterEntry } from './cluster-directory.ts';
import type { OpenCluster } from './open-cluster.ts';

/** Open ways to clusters, made on demand and shared. One is closed when its cluster is removed or changed, or when nobody uses it. */
export type ClusterConnections = {
  get(clusterId: string): Promise<OpenCluster>;
  /** The connection when it is open already. */
  opened(clusterId: string): OpenCluster | undefined;
  /** Closes a connection; the next `get` makes a new one. */
  drop(clusterId: string): void;
  /** Called before a connection goes, so that what reads through it can let go. */
  onDropped(listener: (clusterId: string) => void): void;
  open(): readonly OpenCluster[];
  close(): Promise<void>;
};

export type ClusterConnectionsDeps = {
  directory: Pick<ClusterDirectory, 'find' | 'onChanged'>;
  connect(entry: ClusterEntry): Promise<OpenCluster>;
  clock: Clock;
  log: Logger;
  /** Milliseconds after which an unused connection is closed. */
  idle?: number;
};

type Entry = { cluster: Promise<OpenCluster>; opened: OpenCluster | undefined; usedAt: number };

export function createClusterConnections(deps: ClusterConnectionsDeps): ClusterConnections {
  const { directory, connect, clock, log, idle = 15 * 60_000 } = deps;
  const entries = new Map<string, Entry>();
  const listeners = new Set<(clusterId: string) => void>();
  const sweep = setInterval(dropIdle, 60_000);
  sweep.unref();
  directory.onChanged(drop);

  function drop(clusterId: string): void {
    const entry = entries.get(clusterId);
    if (!entry) return;
    entries.delete(clusterId);
    for (const listener of listeners) listener(clusterId);
    entry.cluster
      .then((cluster) => cluster.close())
      .catch((error: unknown) =>
        log.debug('a cluster connection did not close cleanly', { clusterId, error: messageOf(error) }),
      );
  }

  function dropIdle(): void {
    for (const [clusterId, entry] of entries) {
      const inUse = entry.opened && [...entry.opened.cache.running()].length > 0;
      if (inUse) entry.usedAt = clock.now();
      else if (clock.now() - entry.usedAt > idle) drop(clusterId);
    }
  }

  return {
    get(clusterId) {
      const known = entries.get(clusterId);
      if (known) {
        known.usedAt = clock.now();
        return known.cluster;
      }
      const found = directory.find(clusterId);
      if (!found) return Promise.reject(appError('not_found', 'There is no such cluster any more.'));
      const entry: Entry = { cluster: connect(found), opened: undefined, usedAt: clock.now() };
      entries.set(clusterId, entry);
      entry.cluster.then(
        (cluster) => {
          entry.opened = cluster;
        },
        () => {
          if (entries.get(clusterId) === entry) entries.delete(clusterId);
        },
      );
      return entry.cluster;
    },
    opened(clusterId) {
      const entry = entries.get(clusterId);
      if (entry?.opened) entry.usedAt = clock.now();
      return entry?.opened;
    },
    drop,
    onDropped(listener) {
      listeners.add(listener);
    },
    open: () => [...entries.values()].flatMap((entry) => entry.opened ?? []),
    async close() {
      clearInterval(sweep);
      for (const clusterId of [...entries.keys()]) drop(clusterId);
    },
  };
}
