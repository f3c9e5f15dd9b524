import type { Role } from '@pilothouse/contract';
import type { Reader, Transaction } from '../../platform/database/database.ts';
import { fromJson, toJson } from '../../platform/database/json-column.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    role_bindings: RoleBindingRow;
  }
}

type RoleBindingRow = {
  id: string;
  user_id: string;
  role: string;
  cluster_id: string | null;
  namespaces: string | null;
  scope: string;
  expires_at: number | null;
  created_at: number;
};

/** Times in milliseconds since the epoch. */
export type RoleBindingRecord = {
  readonly id: string;
  readonly role: Role;
  readonly clusterId: string | undefined;
  readonly namespaces: readonly string[] | undefined;
  readonly expiresAt: number | undefined;
  readonly createdAt: number;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
};

export type NewRoleBinding = Omit<RoleBindingRecord, 'user'> & { readonly userId: string };

export type RoleBindingStore = {
  /** Throws `already_exists` when the user has a role on this very scope. */
  insert(tx: Transaction, binding: NewRoleBinding): Promise<void>;
  /** Makes room on a scope whose binding has run out. */
  deleteExpired(
    tx: Transaction,
    binding: Pick<NewRoleBinding, 'userId' | 'clusterId' | 'namespaces'>,
    now: number,
  ): Promise<void>;
  /** Makes room on a scope whatever is there. */
  deleteOnScope(tx: Transaction, binding: Pick<NewRoleBinding, 'userId' | 'clusterId' | 'namespaces'>): Promise<void>;
  find(reader: Reader, id: string): Promise<RoleBindingRecord | undefined>;
  delete(tx: Transaction, id: string): Promise<void>;
  /** Current ones in the order they were made. */
  list(reader: Reader, filter: RoleBindingFilter): Promise<RoleBindingRecord[]>;
  /** Enabled people with a password who are administrators of the installation without an end. */
  countLastingAdmins(reader: Reader): Promise<number>;
};

export type RoleBindingFilter = {
  readonly now: number;
  readonly userIds?: readonly string[];
  readonly clusterId?: string;
  readonly after?: string | undefined;
  readonly limit?: number;
};

/** One text for one scope, so that a unique key can hold over columns that may be null. */
function scopeOf({ clusterId, namespaces }: Pick<NewRoleBinding, 'clusterId' | 'namespaces'>): string {
  return [clusterId ?? '', ...(namespaces ?? [])].join('\n');
}

export function createRoleBindingStore(): RoleBindingStore {
  return {
    async insert(tx, binding) {
      const { id, userId, role, clusterId, namespaces, expiresAt, createdAt } = binding;
      await tx
        .insertInto('role_bindings')
        .values({
          id,
          user_id: userId,
          role,
          cluster_id: clusterId ?? null,
          namespaces: namespaces ? toJson(namespaces) : null,
          scope: scopeOf(binding),
          expires_at: expiresAt ?? null,
          created_at: createdAt,
        })
        .execute();
    },
    async deleteExpired(tx, binding, now) {
      await tx
        .deleteFrom('role_bindings')
        .where('user_id', '=', binding.userId)
        .where('scope', '=', scopeOf(binding))
        .where('expires_at', '<=', now)
        .execute();
    },
    async deleteOnScope(tx, binding) {
      await tx
        .deleteFrom('role_bindings')
        .where('user_id', '=', binding.userId)
        .where('scope', '=', scopeOf(binding))
        .execute();
    },
    async find(reader, id) {
      const row = await selectBindings(reader).where('role_bindings.id', '=', id).executeTakeFirst();
      return row && recordOf(row);
    },
    async delete(tx, id) {
      await tx.deleteFrom('role_bindings').where('id', '=', id).execute();
    },
    async list(reader, { now, userIds, clusterId, after, limit }) {
      let query = selectBindings(reader)
        .where(({ or, eb }) =>
          or([eb('role_bindings.expires_at', 'is', null), eb('role_bindings.expires_at', '>', now)]),
        )
        .orderBy('role_bindings.id');
      if (userIds) query = query.where('role_bindings.user_id', 'in', [...userIds]);
      if (clusterId !== undefined) query = query.where('role_bindings.cluster_id', '=', clusterId);
      if (after !== undefined) query = query.where('role_bindings.id', '>', after);
      if (limit !== undefined) query = query.limit(limit);
      return (await query.execute()).map(recordOf);
    },
    async countLastingAdmins(reader) {
      const row = await reader
        .selectFrom('role_bindings')
        .innerJoin('users', 'users.id', 'role_bindings.user_id')
        .select(({ fn }) => fn.count<number>('users.id').distinct().as('count'))
        .where('role_bindings.role', '=', 'admin')
        .where('role_bindings.scope', '=', '')
        .where('role_bindings.expires_at', 'is', null)
        .where('users.disabled_at', 'is', null)
        .where('users.password_hash', 'is not', null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

function selectBindings(reader: Reader) {
  return reader
    .selectFrom('role_bindings')
    .innerJoin('users', 'users.id', 'role_bindings.user_id')
    .select([
      'role_bindings.id',
      'role_bindings.role',
      'role_bindings.cluster_id',
      'role_bindings.namespaces',
      'role_bindings.expires_at',
      'role_bindings.created_at',
      'users.id as user_id',
      'users.email',
      'users.name',
    ]);
}

type SelectedBinding = Awaited<ReturnType<ReturnType<typeof selectBindings>['execute']>>[number];

function recordOf(row: SelectedBinding): RoleBindingRecord {
  return {
    id: row.id,
    role: row.role as Role,
    clusterId: row.cluster_id ?? undefined,
    namespaces: row.namespaces === null ? undefined : fromJson<string[]>(row.namespaces),
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    user: { id: row.user_id, email: row.email, name: row.name },
  };
}
