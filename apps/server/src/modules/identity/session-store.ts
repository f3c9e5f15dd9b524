import type { Reader, Transaction } from '../../platform/database/database.ts';
import type { SqlDialect } from '../../platform/database/sql-dialect.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    sessions: SessionRow;
    session_tokens: SessionTokenRow;
  }
}

type SessionRow = {
  id: string;
  user_id: string;
  user_agent: string | null;
  address: string | null;
  created_at: number;
  last_used_at: number;
  expires_at: number;
  revoked_at: number | null;
  revoked_because: string | null;
};

type SessionTokenRow = {
  hash: string;
  session_id: string;
  kind: string;
  generation: number;
  expires_at: number;
  used_at: number | null;
};

/** Times in milliseconds since the epoch. */
export type SessionRecord = {
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | undefined;
  readonly address: string | undefined;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | undefined;
};

export type SessionToken = {
  readonly hash: string;
  readonly sessionId: string;
  readonly kind: 'access' | 'refresh';
  /** How many times the session had been refreshed when this token was made. */
  readonly generation: number;
  readonly expiresAt: number;
};

export type SessionUse = Pick<SessionRecord, 'lastUsedAt' | 'expiresAt' | 'userAgent' | 'address'>;

export type SessionStore = {
  insert(tx: Transaction, session: SessionRecord): Promise<void>;
  find(reader: Reader, id: string): Promise<SessionRecord | undefined>;
  /** The refresh token and its session, both locked until the transaction ends. */
  findByRefreshHash(
    tx: Transaction,
    hash: string,
  ): Promise<{ session: SessionRecord; generation: number; usedAt: number | undefined } | undefined>;
  /** Sessions of the user that are good, newest use first. */
  listLive(reader: Reader, userId: string, now: number): Promise<SessionRecord[]>;
  addTokens(tx: Transaction, tokens: readonly SessionToken[]): Promise<void>;
  /** Marks every refresh token up to the generation as traded in, and drops access tokens that have run out. */
  retireTokens(tx: Transaction, options: { sessionId: string; generation: number; now: number }): Promise<void>;
  touch(tx: Transaction, id: string, use: SessionUse): Promise<void>;
  /** Revokes those that are good and gives their ids. */
  revoke(
    tx: Transaction,
    filter: { userId: string; id?: string; exceptId?: string },
    options: { now: number; because: string },
  ): Promise<string[]>;
  /** Whether the user has a good session from this address that began before `startedBefore`. */
  isKnownAddress(reader: Reader, query: { userId: string; address: string; now: number }): Promise<boolean>;
  deleteExpired(tx: Transaction, before: number): Promise<void>;
};

export function createSessionStore({ dialect }: { dialect: SqlDialect }): SessionStore {
  return {
    async insert(tx, session) {
      await tx
        .insertInto('sessions')
        .values({
          id: session.id,
          user_id: session.userId,
          user_agent: session.userAgent ?? null,
          address: session.address ?? null,
          created_at: session.createdAt,
          last_used_at: session.lastUsedAt,
          expires_at: session.expiresAt,
          revoked_at: session.revokedAt ?? null,
          revoked_because: null,
        })
        .execute();
    },

    async find(reader, id) {
      const row = await reader.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && recordOf(row);
    },

    async findByRefreshHash(tx, hash) {
      const token = await tx
        .selectFrom('session_tokens')
        .select('session_id')
        .where('hash', '=', hash)
        .where('kind', '=', 'refresh')
        .executeTakeFirst();
      if (!token) return undefined;
      // The session is the lock of its tokens: two refreshes with one token come one after the other.
      const session = await dialect
        .forUpdate(tx.selectFrom('sessions').selectAll().where('id', '=', token.session_id))
        .executeTakeFirst();
      const locked = await tx
        .selectFrom('session_tokens')
        .select(['generation', 'used_at'])
        .where('hash', '=', hash)
        .executeTakeFirst();
      if (!session || !locked) return undefined;
      return { session: recordOf(session), generation: locked.generation, usedAt: locked.used_at ?? undefined };
    },

    async listLive(reader, userId, now) {
      const rows = await reader
        .selectFrom('sessions')
        .selectAll()
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .orderBy('last_used_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(recordOf);
    },

    async addTokens(tx, tokens) {
      const rows = tokens.map(({ hash, sessionId, kind, generation, expiresAt }) => ({
        hash,
        session_id: sessionId,
        kind,
        generation,
        expires_at: expiresAt,
        used_at: null,
      }));
      await tx.insertInto('session_tokens').values(rows).execute();
    },

    async retireTokens(tx, { sessionId, generation, now }) {
      await tx
        .updateTable('session_tokens')
        .set({ used_at: now })
        .where('session_id', '=', sessionId)
        .where('kind', '=', 'refresh')
        .where('generation', '<=', generation)
        .where('used_at', 'is', null)
        .execute();
      await tx
        .deleteFrom('session_tokens')
        .where('session_id', '=', sessionId)
        .where('kind', '=', 'access')
        .where('expires_at', '<=', now)
        .execute();
    },

    async touch(tx, id, { lastUsedAt, expiresAt, userAgent, address }) {
      await tx
        .updateTable('sessions')
        .set({
          last_used_at: lastUsedAt,
          expires_at: expiresAt,
          user_agent: userAgent ?? null,
          address: address ?? null,
        })
        .where('id', '=', id)
        .execute();
    },

    async revoke(tx, { userId, id, exceptId }, { now, because }) {
      let query = tx
        .updateTable('sessions')
        .set({ revoked_at: now, revoked_because: because })
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .returning('id');
      if (id !== undefined) query = query.where('id', '=', id);
      if (exceptId !== undefined) query = query.where('id', '!=', exceptId);
      return (await query.execute()).map((row) => row.id);
    },

    async isKnownAddress(reader, { userId, address, now }) {
      const row = await reader
        .selectFrom('sessions')
        .select('id')
        .where('user_id', '=', userId)
        .where('address', '=', address)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async deleteExpired(tx, before) {
      await tx.deleteFrom('sessions').where('expires_at', '<=', before).execute();
    },
  };
}

function recordOf(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    userId: row.user_id,
    userAgent: row.user_agent ?? undefined,
    address: row.address ?? undefined,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}
