import type { ClusterAccess, ClusterFacts, ConnectionStatus } from '@pilothouse/contract';
import type { Selectable } from 'kysely';
import type { Reader, Transaction } from '../../platform/database/database.ts';
import { fromJson, toJson } from '../../platform/database/json-column.ts';
import type { SqlDialect } from '../../platform/database/sql-dialect.ts';
import type { ConnectionCheck, ConnectionState } from './connection-state.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    clusters: ClusterRow;
    cluster_connection_log: ConnectionLogRow;
  }
}

type ClusterRow = {
  id: string;
  name: string;
  access_type: string;
  server: string;
  access: string;
  labels: string;
  is_default: number;
  impersonate: number;
  version: number;
  access_version: number;
  created_at: number;
  updated_at: number;
  state: string;
  state_since: number;
  checked_at: number | null;
  latency_ms: number | null;
  error_code: string | null;
  error_message: string | null;
  facts: string | null;
};

type ConnectionLogRow = {
  id: string;
  cluster_id: string;
  at: number;
  from_state: string;
  to_state: string;
  code: string | null;
  message: string | null;
  latency_ms: number | null;
};

/** A registered cluster without its credentials. Times are milliseconds since the epoch. */
export type ClusterRecord = {
  id: string;
  name: string;
  accessType: ClusterAccess['type'];
  server: string;
  labels: Record<string, string>;
  isDefault: boolean;
  /** People reach the cluster under their own names. */
  impersonate: boolean;
  version: number;
  /** Counts the changes of `server` and the credentials: an open connection of another version is not used any more. */
  accessVersion: number;
  createdAt: number;
  updatedAt: number;
  connection: {
    state: ConnectionState;
    since: number;
    checkedAt?: number;
    latencyMs?: number;
    error?: NonNullable<ConnectionStatus['error']>;
  };
  facts?: ClusterFacts;
};

export type NewCluster = Pick<
  ClusterRecord,
  'id' | 'name' | 'accessType' | 'server' | 'labels' | 'isDefault' | 'impersonate'
> & {
  sealedAccess: string;
  at: number;
};

export type ClusterChange = Partial<
  Pick<ClusterRecord, 'name' | 'labels' | 'isDefault' | 'impersonate' | 'accessType' | 'server'>
> & {
  sealedAccess?: string;
};

export type ConnectionLogEntry = {
  id: string;
  at: number;
  from: ConnectionState;
  to: ConnectionState;
  code?: string;
  message?: string;
  latencyMs?: number;
};

/** The clusters and their connection logs. What takes a `tx` writes in it; the rest reads what was committed. */
export type ClusterStore = {
  list(reader?: Reader): Promise<ClusterRecord[]>;
  find(id: string, reader?: Reader): Promise<ClusterRecord | undefined>;
  /** The row locked until the transaction ends. */
  lock(tx: Transaction, id: string): Promise<ClusterRecord | undefined>;
  sealedAccess(id: string, reader?: Reader): Promise<string | undefined>;
  insert(tx: Transaction, cluster: NewCluster): Promise<void>;
  /** Applies a change and counts the version up. */
  update(tx: Transaction, id: string, change: ClusterChange & { at: number }): Promise<void>;
  /** The same access sealed again, with a refresh token that was rotated: no other connection, so no other version. */
  replaceSealedAccess(tx: Transaction, id: string, sealedAccess: string): Promise<void>;
  /** Takes the default away from whichever cluster has it. */
  clearDefault(tx: Transaction): Promise<void>;
  delete(tx: Transaction, id: string): Promise<void>;
  recordCheck(tx: Transaction, id: string, check: ConnectionCheck & { at: number; since: number }): Promise<void>;
  recordFacts(tx: Transaction, id: string, facts: ClusterFacts): Promise<void>;
  appendConnectionLog(tx: Transaction, clusterId: string, entry: ConnectionLogEntry): Promise<void>;
  /** Newest first. `before` is the id of the last entry of the page before. */
  connectionLog(clusterId: string, page: { limit: number; before?: string | undefined }): Promise<ConnectionLogEntry[]>;
  deleteConnectionLogBefore(tx: Transaction, at: number): Promise<number>;
};

export function createClusterStore(database: { reader: Reader; dialect: SqlDialect }): ClusterStore {
  const { dialect } = database;
  const select = (reader: Reader) => reader.selectFrom('clusters').selectAll();

  return {
    async list(reader = database.reader) {
      return (await select(reader).orderBy('name').execute()).map(recordOf);
    },
    async find(id, reader = database.reader) {
      const row = await select(reader).where('id', '=', id).executeTakeFirst();
      return row && recordOf(row);
    },
    async lock(tx, id) {
      const row = await dialect.forUpdate(select(tx).where('id', '=', id)).executeTakeFirst();
      return row && recordOf(row);
    },
    async sealedAccess(id, reader = database.reader) {
      const row = await reader.selectFrom('clusters').select('access').where('id', '=', id).executeTakeFirst();
      return row?.access;
    },
    async insert(tx, { id, name, accessType, server, labels, isDefault, impersonate, sealedAccess, at }) {
      const row: ClusterRow = {
        id,
        name,
        access_type: accessType,
        server,
        access: sealedAccess,
        labels: toJson(labels),
        is_default: isDefault ? 1 : 0,
        impersonate: impersonate ? 1 : 0,
        version: 1,
        access_version: 1,
        created_at: at,
        updated_at: at,
        state: 'pending',
        state_since: at,
        checked_at: null,
        latency_ms: null,
        error_code: null,
        error_message: null,
        facts: null,
      };
      await tx.insertInto('clusters').values(row).execute();
    },
    async update(tx, id, { at, name, labels, isDefault, impersonate, accessType, server, sealedAccess }) {
      await tx
        .updateTable('clusters')
        .set((eb) => ({
          updated_at: at,
          version: eb('version', '+', 1),
          ...(name === undefined ? {} : { name }),
          ...(labels === undefined ? {} : { labels: toJson(labels) }),
          ...(isDefault === undefined ? {} : { is_default: isDefault ? 1 : 0 }),
          ...(impersonate === undefined
            ? {}
            : { impersonate: impersonate ? 1 : 0, access_version: eb('access_version', '+', 1) }),
          ...(accessType === undefined ? {} : { access_type: accessType }),
          ...(server === undefined ? {} : { server }),
          ...(sealedAccess === undefined ? {} : { access: sealedAccess, access_version: eb('access_version', '+', 1) }),
        }))
        .where('id', '=', id)
        .execute();
    },
    async replaceSealedAccess(tx, id, sealedAccess) {
      await tx.updateTable('clusters').set({ access: sealedAccess }).where('id', '=', id).execute();
    },
    async clearDefault(tx) {
      await tx
        .updateTable('clusters')
        .set((eb) => ({ is_default: 0, version: eb('version', '+', 1) }))
        .where('is_default', '=', 1)
        .execute();
    },
    async delete(tx, id) {
      await tx.deleteFrom('cluster_connection_log').where('cluster_id', '=', id).execute();
      await tx.deleteFrom('clusters').where('id', '=', id).execute();
    },
    async recordCheck(tx, id, { state, since, at, latencyMs, error }) {
      await tx
        .updateTable('clusters')
        .set({
          state,
          state_since: since,
          checked_at: at,
          latency_ms: latencyMs === undefined ? null : Math.round(latencyMs),
          error_code: error?.code ?? null,
          error_message: error?.message ?? null,
        })
        .where('id', '=', id)
        .execute();
    },
    async recordFacts(tx, id, facts) {
      await tx
        .updateTable('clusters')
        .set({ facts: toJson(facts) })
        .where('id', '=', id)
        .execute();
    },
    async appendConnectionLog(tx, clusterId, { id, at, from, to, code, message, latencyMs }) {
      const row: ConnectionLogRow = {
        id,
        cluster_id: clusterId,
        at,
        from_state: from,
        to_state: to,
        code: code ?? null,
        message: message ?? null,
        latency_ms: latencyMs === undefined ? null : Math.round(latencyMs),
      };
      await tx.insertInto('cluster_connection_log').values(row).execute();
    },
    async connectionLog(clusterId, { limit, before }) {
      let query = database.reader
        .selectFrom('cluster_connection_log')
        .selectAll()
        .where('cluster_id', '=', clusterId)
        .orderBy('id', 'desc')
        .limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.execute()).map(logEntryOf);
    },
    async deleteConnectionLogBefore(tx, at) {
      const [result] = await tx.deleteFrom('cluster_connection_log').where('at', '<', at).execute();
      return Number(result?.numDeletedRows ?? 0);
    },
  };
}

function recordOf(row: Selectable<ClusterRow>): ClusterRecord {
  return {
    id: row.id,
    name: row.name,
    accessType: row.access_type as ClusterRecord['accessType'],
    server: row.server,
    labels: fromJson(row.labels),
    isDefault: row.is_default === 1,
    impersonate: row.impersonate === 1,
    version: row.version,
    accessVersion: row.access_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    connection: {
      state: row.state as ConnectionState,
      since: row.state_since,
      ...(row.checked_at === null ? {} : { checkedAt: row.checked_at }),
      ...(row.latency_ms === null ? {} : { latencyMs: row.latency_ms }),
      ...(row.error_code === null ? {} : { error: { code: row.error_code, message: row.error_message ?? '' } }),
    },
    ...(row.facts === null ? {} : { facts: fromJson<ClusterFacts>(row.facts) }),
  };
}

function logEntryOf(row: Selectable<ConnectionLogRow>): ConnectionLogEntry {
  return {
    id: row.id,
    at: row.at,
    from: row.from_state as ConnectionState,
    to: row.to_state as ConnectionState,
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.message === null ? {} : { message: row.message }),
    ...(row.latency_ms === null ? {} : { latencyMs: row.latency_ms }),
  };
}
