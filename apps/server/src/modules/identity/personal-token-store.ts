import type { Reader, Transaction } from '../../platform/database/database.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    personal_tokens: PersonalTokenRow;
  }
}

type PersonalTokenRow = {
  id: string;
  user_id: string;
  name: string;
  scope: string;
  hash: string;
  prefix: string;
  is_local: number;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
};

/** Times in milliseconds since the epoch. */
export type PersonalTokenRecord = {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly scope: 'read' | 'write';
  readonly hash: string;
  readonly prefix: string;
  /** The token in the data folder of local mode. */
  readonly isLocal: boolean;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly lastUsedAt: number | undefined;
};

export type PersonalTokenStore = {
  insert(tx: Transaction, token: PersonalTokenRecord): Promise<void>;
  /** The user's tokens, newest first; expired ones too, so that one sees why something stopped. Not the one of local mode. */
  list(reader: Reader, userId: string): Promise<PersonalTokenRecord[]>;
  find(reader: Reader, id: string): Promise<PersonalTokenRecord | undefined>;
  /** Gives whether there was one. */
  delete(tx: Transaction, token: { id: string; userId: string }): Promise<boolean>;
  /** Gives the ids of the local-mode tokens it deleted. */
  deleteLocal(tx: Transaction): Promise<string[]>;
};

export function createPersonalTokenStore(): PersonalTokenStore {
  return {
    async insert(tx, token) {
      await tx
        .insertInto('personal_tokens')
        .values({
          id: token.id,
          user_id: token.userId,
          name: token.name,
          scope: token.scope,
          hash: token.hash,
          prefix: token.prefix,
          is_local: token.isLocal ? 1 : 0,
          created_at: token.createdAt,
          expires_at: token.expiresAt ?? null,
          last_used_at: token.lastUsedAt ?? null,
        })
        .execute();
    },
    async list(reader, userId) {
      const rows = await reader
        .selectFrom('personal_tokens')
        .selectAll()
        .where('user_id', '=', userId)
        .where('is_local', '=', 0)
        .orderBy('id', 'desc')
        .execute();
      return rows.map(recordOf);
    },
    async find(reader, id) {
      const row = await reader.selectFrom('personal_tokens').selectAll().where('id', '=', id).executeTakeFirst();
      return row && recordOf(row);
    },
    async delete(tx, { id, userId }) {
      const query = tx.deleteFrom('personal_tokens').where('id', '=', id).where('user_id', '=', userId).returning('id');
      return (await query.executeTakeFirst()) !== undefined;
    },
    async deleteLocal(tx) {
      const rows = await tx.deleteFrom('personal_tokens').where('is_local', '=', 1).returning('id').execute();
      return rows.map((row) => row.id);
    },
  };
}

function recordOf(row: PersonalTokenRow): PersonalTokenRecord {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    scope: row.scope === 'write' ? 'write' : 'read',
    hash: row.hash,
    prefix: row.prefix,
    isLocal: row.is_local === 1,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
