import { type Clock, uuid7 } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { ClusterStore } from './cluster-store.ts';
import type { ConnectionCheck } from './connection-state.ts';

/** Keeps the outcome of a check. A change of state goes into the connection log and announces itself, in the same transaction. */
export type ConnectionRecorder = (clusterId: string, check: ConnectionCheck) => Promise<void>;

export type ConnectionRecorderDeps = { database: Database; store: ClusterStore; events: EventLog; clock: Clock };

export function createConnectionRecorder({
  database,
  store,
  events,
  clock,
}: ConnectionRecorderDeps): ConnectionRecorder {
  return (clusterId, check) =>
    database.transaction(async (tx) => {
      const record = await store.lock(tx, clusterId);
      if (!record) return;
      const at = clock.now();
      const from = record.connection.state;
      const changed = from !== check.state;
      await store.recordCheck(tx, clusterId, { ...check, at, since: changed ? at : record.connection.since });
      if (!changed) return;
      await store.appendConnectionLog(tx, clusterId, {
        id: uuid7(at),
        at,
        from,
        to: check.state,
        ...(check.error ? { code: check.error.code, message: check.error.message } : {}),
        ...(check.latencyMs === undefined ? {} : { latencyMs: check.latencyMs }),
      });
      events.append(tx, {
        type: 'cluster.connectionChanged',
        subject: `cluster/${clusterId}`,
        actor: 'system',
        data: { from, to: check.state },
      });
    });
}
