import { sql } from 'kysely';
import type { Reader, Transaction } from '../../platform/database/database.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    users: UserRow;
  }
}

type UserRow = {
  id: string;
  email: string;
  name: string;
  password_hash: string | null;
  is_local: number;
  disabled_at: number | null;
  created_at: number;
  last_seen_at: number | null;
};

/** Times in milliseconds since the epoch; `email` is folded. */
export type UserRecord = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | undefined;
  /** The built-in user of local mode. It has no password and exists in no other mode. */
  readonly isLocal: boolean;
  readonly disabledAt: number | undefined;
  readonly createdAt: number;
  readonly lastSeenAt: number | undefined;
};

export type UserChanges = {
  readonly name?: string;
  readonly passwordHash?: string;
  readonly disabledAt?: number | undefined;
};

export type UserStore = {
  /** Throws `already_exists` when the e-mail address is taken. */
  insert(tx: Transaction, user: UserRecord): Promise<void>;
  update(tx: Transaction, id: string, changes: UserChanges): Promise<void>;
  delete(tx: Transaction, id: string): Promise<void>;
  find(reader: Reader, id: string): Promise<UserRecord | undefined>;
  findByEmail(reader: Reader, email: string): Promise<UserRecord | undefined>;
  findLocal(reader: Reader): Promise<UserRecord | undefined>;
  /** People by e-mail address, from after the given one on. `q` finds part of the address or the name. */
  list(
    reader: Reader,
    filter: { limit: number; after?: string | undefined; q?: string | undefined; withLocal: boolean },
  ): Promise<UserRecord[]>;
};

export function createUserStore(): UserStore {
  const one = (reader: Reader) => reader.selectFrom('users').selectAll();
  return {
    async insert(tx, user) {
      await tx
        .insertInto('users')
        .values({
          id: user.id,
          email: user.email,
          name: user.name,
          password_hash: user.passwordHash ?? null,
          is_local: user.isLocal ? 1 : 0,
          disabled_at: user.disabledAt ?? null,
          created_at: user.createdAt,
          last_seen_at: user.lastSeenAt ?? null,
        })
        .execute();
    },
    async update(tx, id, changes) {
      await tx
        .updateTable('users')
        .set({
          ...(changes.name === undefined ? {} : { name: changes.name }),
          ...(changes.passwordHash === undefined ? {} : { password_hash: changes.passwordHash }),
          ...('disabledAt' in changes ? { disabled_at: changes.disabledAt ?? null } : {}),
        })
        .where('id', '=', id)
        .execute();
    },
    async delete(tx, id) {
      await tx.deleteFrom('users').where('id', '=', id).execute();
    },
    find: async (reader, id) => recordOf(await one(reader).where('id', '=', id).executeTakeFirst()),
    findByEmail: async (reader, email) => recordOf(await one(reader).where('email', '=', email).executeTakeFirst()),
    findLocal: async (reader) => recordOf(await one(reader).where('is_local', '=', 1).executeTakeFirst()),
    async list(reader, { limit, after, q, withLocal }) {
      let query = one(reader).orderBy('email').limit(limit);
      if (!withLocal) query = query.where('is_local', '=', 0);
      if (after !== undefined) query = query.where('email', '>', after);
      if (q !== undefined && q !== '') {
        const pattern = `%${q.toLowerCase().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
        query = query.where(({ or, ref }) =>
          or([
            sql<boolean>`${ref('email')} like ${pattern} escape '\\'`,
            sql<boolean>`lower(${ref('name')}) like ${pattern} escape '\\'`,
          ]),
        );
      }
      return (await query.execute()).flatMap((row) => recordOf(row) ?? []);
    },
  };
}

function recordOf(row: UserRow | undefined): UserRecord | undefined {
  return (
    row && {
      id: row.id,
      email: row.email,
      name: row.name,
      passwordHash: row.password_hash ?? undefined,
      isLocal: row.is_local === 1,
      disabledAt: row.disabled_at ?? undefined,
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at ?? undefined,
    }
  );
}
