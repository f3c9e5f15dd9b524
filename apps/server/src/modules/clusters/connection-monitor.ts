import { type Clock, type Logger, messageOf, type Service } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { Leases } from '../../platform/leases/leases.ts';
import type { ClusterConnections } from './cluster-connections.ts';
import { readClusterFacts } from './cluster-facts.ts';
import type { ClusterRecord, ClusterStore } from './cluster-store.ts';
import type { ConnectionRecorder } from './connection-recorder.ts';
import { checkConnection, failedCheck } from './connection-state.ts';

export type ConnectionMonitorDeps = {
  database: Database;
  store: ClusterStore;
  events: EventLog;
  leases: Leases;
  connections: Pick<ClusterConnections, 'get' | 'drop'>;
  record: ConnectionRecorder;
  clock: Clock;
  log: Logger;
  /** Milliseconds between two looks at one cluster (default 60,000), plus or minus a tenth. */
  interval?: number;
  /** Clusters looked at at the same time (default 5). */
  atOnce?: number;
  /** Days a connection log is kept (default 30). */
  logRetentionDays?: number;
  random?: () => number;
};

/** The age at which facts about a cluster are read again. */
const factsBound = 10 * 60_000;
const day = 24 * 60 * 60_000;

export type ConnectionMonitor = {
  readonly service: Service;
  /** Looks at one cluster now and keeps what it found. */
  check(cluster: ClusterRecord, signal?: AbortSignal): Promise<void>;
};

/** Looks at every cluster regularly, in one replica at a time. A slow cluster takes one of the places and delays no more than that. */
export function createConnectionMonitor(deps: ConnectionMonitorDeps): ConnectionMonitor {
  const { database, store, events, leases, connections, record, clock, log } = deps;
  const { interval = 60_000, atOnce = 5, logRetentionDays = 30, random = Math.random } = deps;
  const jittered = () => interval * (0.9 + random() * 0.2);

  async function check(cluster: ClusterRecord, signal?: AbortSignal): Promise<void> {
    try {
      const open = await connections.get(cluster.id);
      const found = await checkConnection(open.client, signal);
      if (signal?.aborted) return;
      await record(cluster.id, found);
      if (found.state === 'connected' || found.state === 'degraded') await refreshFacts(cluster);
    } catch (error) {
      if (!signal?.aborted) await record(cluster.id, failedCheck(error));
    }
  }

  async function refreshFacts(cluster: ClusterRecord): Promise<void> {
    if (cluster.facts && clock.now() - Date.parse(cluster.facts.asOf) < factsBound - interval) return;
    try {
      const open = await connections.get(cluster.id);
      const facts = await readClusterFacts(open.client, await open.types(), clock);
      await database.transaction(async (tx) => {
        await store.recordFacts(tx, cluster.id, facts);
        const changed = facts.version !== cluster.facts?.version || facts.nodes?.total !== cluster.facts?.nodes?.total;
        if (changed)
          events.append(tx, { type: 'cluster.factsChanged', subject: `cluster/${cluster.id}`, actor: 'system' });
      });
    } catch (error) {
      log.info('the facts about a cluster could not be read', { clusterId: cluster.id, error: messageOf(error) });
    }
  }

  async function monitor(signal: AbortSignal): Promise<void> {
    const dueAt = new Map<string, number>();
    const running = new Set<string>();
    let cleanedAt = 0;
    while (!signal.aborted) {
      const now = clock.now();
      const clusters = await store.list();
      const known = new Set(clusters.map((cluster) => cluster.id));
      for (const id of dueAt.keys()) if (!known.has(id)) dueAt.delete(id);
      const due = clusters.filter(({ id }) => !running.has(id) && (dueAt.get(id) ?? 0) <= now);
      for (const cluster of due.slice(0, Math.max(0, atOnce - running.size))) {
        running.add(cluster.id);
        // At its start a replica spreads the clusters over the interval once the first look is done.
        dueAt.set(cluster.id, now + jittered());
        void check(cluster, signal)
          .catch((error: unknown) =>
            log.warn('the state of a cluster could not be kept', { clusterId: cluster.id, error: messageOf(error) }),
          )
          .finally(() => running.delete(cluster.id));
      }
      if (now - cleanedAt > day / 24) {
        cleanedAt = now;
        await database.transaction(async (tx) => {
          await store.deleteConnectionLogBefore(tx, now - logRetentionDays * day);
        });
      }
      await clock.sleep(Math.min(1000, interval / 4), signal).catch(() => {});
    }
  }

  return {
    check,
    service: {
      name: 'connection-monitor',
      async run(signal, ready) {
        ready();
        await leases.hold('connection-monitor', {
          signal,
          work: (lease) => monitor(AbortSignal.any([signal, lease.signal])),
        });
      },
    },
  };
}
