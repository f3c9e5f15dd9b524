import type { AuditEntry } from '@pilothouse/contract';
import { type Clock, systemClock, uuid7 } from '@pilothouse/core';
import { type Generated, type Selectable, sql } from 'kysely';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { fromJson, toJson } from '../../platform/database/json-column.ts';
import type { AuditRecord } from './audit-log.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    audit_log: AuditRow;
  }
}

type AuditRow = {
  seq: Generated<number>;
  id: string;
  at: number;
  actor_type: string;
  actor_id: string | null;
  actor_name: string;
  verb: string;
  object: string;
  cluster: string | null;
  result: string;
  request_id: string | null;
  address: string | null;
  details: string | null;
};

/** Times in milliseconds since the epoch; `to` is exclusive. `before` is the place of the last entry on the page before. */
export type AuditFilter = {
  readonly limit: number;
  readonly before?: number | undefined;
  readonly actor?: string | undefined;
  readonly verb?: string | undefined;
  readonly cluster?: string | undefined;
  readonly q?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

export type AuditStore = {
  insert(record: AuditRecord, tx?: Transaction): Promise<void>;
  /** Newest first, each with its place in the log. */
  list(filter: AuditFilter): Promise<{ seq: number; entry: AuditEntry }[]>;
};

/** Longer texts come from outside and say nothing more. */
const longestText = 1000;

export function createAuditStore({ database, clock = systemClock }: { database: Database; clock?: Clock }): AuditStore {
  return {
    async insert(record, tx) {
      const row = rowOf(record, clock.now());
      const write = (into: Transaction) => into.insertInto('audit_log').values(row).execute();
      await (tx ? write(tx) : database.transaction(write));
    },

    async list({ limit, before, actor, verb, cluster, q, from, to }) {
      let query = database.reader.selectFrom('audit_log').selectAll().orderBy('seq', 'desc').limit(limit);
      if (before !== undefined) query = query.where('seq', '<', before);
      if (from !== undefined) query = query.where('at', '>=', from);
      if (to !== undefined) query = query.where('at', '<', to);
      if (verb !== undefined) query = query.where('verb', '=', verb);
      if (cluster !== undefined) query = query.where('cluster', '=', cluster);
      if (actor !== undefined) {
        query = query.where(({ or, eb }) =>
          or([eb('actor_id', '=', actor), eb('actor_name', '=', actor.toLowerCase())]),
        );
      }
      if (q !== undefined && q !== '') {
        const pattern = `%${likeText(q.toLowerCase())}%`;
        query = query.where(({ or, ref }) =>
          or(searched.map((column) => sql<boolean>`lower(${ref(column)}) like ${pattern} escape '\\'`)),
        );
      }
      return (await query.execute()).map((row) => ({ seq: row.seq, entry: entryOf(row) }));
    },
  };
}

const searched = ['object', 'actor_name', 'verb'] as const;

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

function cut(text: string): string {
  return text.slice(0, longestText);
}

function rowOf(record: AuditRecord, at: number): Omit<AuditRow, 'seq'> {
  const { actor, verb, object, cluster, result, requestId, address, details } = record;
  return {
    id: uuid7(at),
    at,
    actor_type: actor.type,
    actor_id: actor.id ?? null,
    actor_name: cut(actor.name),
    verb,
    object: cut(object),
    cluster: cluster ?? null,
    result,
    request_id: requestId ?? null,
    address: address ?? null,
    details: details ? toJson(details) : null,
  };
}

function entryOf(row: Selectable<AuditRow>): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.at).toISOString(),
    actor: {
      type: row.actor_type as AuditEntry['actor']['type'],
      ...(row.actor_id === null ? {} : { id: row.actor_id }),
      name: row.actor_name,
    },
    verb: row.verb,
    object: row.object,
    ...(row.cluster === null ? {} : { cluster: row.cluster }),
    result: row.result as AuditEntry['result'],
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(row.address === null ? {} : { address: row.address }),
    ...(row.details === null ? {} : { details: fromJson(row.details) }),
  };
}
