import { randomBytes } from 'node:crypto';
import type { Clock, Logger } from '@pilothouse/core';
import { type ClusterCache, type ResourceType, resourceName } from '@pilothouse/kube';
import type { OpenCluster } from '../../clusters/open-cluster.ts';
import { createResourceTable, type ResourceTable } from './resource-table.ts';
import type { RowRules } from './table-row.ts';

export type TableLease = { readonly table: ResourceTable; release(): void };

/** The tables in use, one per cluster and resource. A table outlives its last reader by a while, so that paging does not start over. */
export type ResourceTables = {
  acquire(connection: OpenCluster, type: ResourceType, rules: RowRules): TableLease;
  /** The table when there is one already; never starts a watch. */
  running(connection: OpenCluster, type: ResourceType): ResourceTable | undefined;
  /** Closes the tables of a cluster that was removed or whose connection was replaced. */
  drop(clusterId: string): void;
  close(): void;
};

export type ResourceTablesOptions = {
  clock: Clock;
  log: Logger;
  /** Milliseconds that an unread table is kept. */
  idle?: number;
};

type Entry = { table: ResourceTable; readers: number; timer: NodeJS.Timeout | undefined; close(): void };

export function createResourceTables(options: ResourceTablesOptions): ResourceTables {
  const { clock, log, idle = 120_000 } = options;
  const entries = new Map<string, Entry>();
  /** The same tables by the objects that a request has at hand. */
  const tablesOf = new WeakMap<ClusterCache, Map<ResourceType, ResourceTable>>();
  const keyOf = (clusterId: string, resource: string) => `${clusterId} ${resource}`;

  function open(
    connection: OpenCluster,
    { type, rules, key }: { type: ResourceType; rules: RowRules; key: string },
  ): Entry {
    const lease = connection.cache.acquire(type);
    const source = { clusterId: connection.id, cluster: connection.name, rules };
    const epoch = randomBytes(6).toString('base64url');
    const table = createResourceTable({ cache: lease.cache, source, epoch, clock, log });
    const entry: Entry = {
      table,
      readers: 0,
      timer: undefined,
      close() {
        clearTimeout(entry.timer);
        if (entries.get(key) === entry) entries.delete(key);
        for (const [known, of] of tablesOf.get(connection.cache) ?? [])
          if (of === table) tablesOf.get(connection.cache)?.delete(known);
        table.close();
        lease.release();
      },
    };
    entries.set(key, entry);
    return entry;
  }

  return {
    acquire(connection, type, rules) {
      const key = keyOf(connection.id, resourceName(type));
      const entry = entries.get(key) ?? open(connection, { type, rules, key });
      entry.readers += 1;
      // A type that was discovered anew is another object for the same table.
      const own = tablesOf.get(connection.cache) ?? new Map<ResourceType, ResourceTable>();
      tablesOf.set(connection.cache, own.set(type, entry.table));
      clearTimeout(entry.timer);
      let released = false;
      return {
        table: entry.table,
        release() {
          if (released) return;
          released = true;
          entry.readers -= 1;
          if (entry.readers > 0) return;
          entry.timer = setTimeout(() => entry.close(), idle);
          entry.timer.unref();
        },
      };
    },
    running: (connection, type) => tablesOf.get(connection.cache)?.get(type),
    drop(clusterId) {
      for (const entry of [...entries.values()]) if (entry.table.source.clusterId === clusterId) entry.close();
    },
    close() {
      for (const entry of [...entries.values()]) entry.close();
    },
  };
}
