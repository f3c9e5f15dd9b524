import type { Clock } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { Grant } from '../../platform/http/principal.ts';
import type { Credential, CredentialKey, CredentialSource } from './principal-cache.ts';
import type { RoleBindingRecord, RoleBindingStore } from './role-binding-store.ts';

export type CredentialSourceDeps = {
  database: Database;
  bindings: RoleBindingStore;
  clock: Clock;
  /** The built-in local user exists in local mode only. */
  localMode: boolean;
};

type UserColumns = { user_id: string; email: string; user_name: string };
type Row = UserColumns & {
  key: CredentialKey;
  kind: Credential['kind'];
  credentialId: string;
  scope: Credential['scope'];
  expiresAt: number | undefined;
};

/** Joins the tables of identity into what the principal cache wants to know, in one query per kind of credential and one for the roles. */
export function createCredentialSource({
  database,
  bindings,
  clock,
  localMode,
}: CredentialSourceDeps): CredentialSource {
  const { reader } = database;

  async function liveSessions(ids: string[], now: number): Promise<Row[]> {
    if (ids.length === 0) return [];
    let query = reader
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['sessions.id', 'sessions.expires_at', 'users.id as user_id', 'users.email', 'users.name as user_name'])
      .where('sessions.id', 'in', ids)
      .where('sessions.revoked_at', 'is', null)
      .where('sessions.expires_at', '>', now)
      .where('users.disabled_at', 'is', null);
    if (!localMode) query = query.where('users.is_local', '=', 0);
    return (await query.execute()).map(({ id, expires_at, ...user }) => ({
      ...user,
      key: `session/${id}`,
      kind: 'session',
      credentialId: id,
      scope: 'write',
      expiresAt: expires_at,
    }));
  }

  async function liveTokens(ids: string[], now: number): Promise<Row[]> {
    if (ids.length === 0) return [];
    let query = reader
      .selectFrom('personal_tokens as token')
      .innerJoin('users', 'users.id', 'token.user_id')
      .select(['token.id', 'token.scope', 'token.is_local', 'token.expires_at'])
      .select(['users.id as user_id', 'users.email', 'users.name as user_name'])
      .where('token.id', 'in', ids)
      .where(({ or, eb }) => or([eb('token.expires_at', 'is', null), eb('token.expires_at', '>', now)]))
      .where('users.disabled_at', 'is', null);
    if (!localMode) query = query.where('users.is_local', '=', 0);
    return (await query.execute()).map(({ id, scope, is_local, expires_at, ...user }) => ({
      ...user,
      key: `token/${id}`,
      kind: is_local === 1 ? 'local' : 'token',
      credentialId: id,
      scope: scope === 'write' ? 'write' : 'read',
      expiresAt: expires_at ?? undefined,
    }));
  }

  return {
    async keyOfTokenHash(hash) {
      const access = await reader
        .selectFrom('session_tokens')
        .select(['session_id', 'expires_at'])
        .where('hash', '=', hash)
        .where('kind', '=', 'access')
        .executeTakeFirst();
      if (access) return { key: `session/${access.session_id}`, expiresAt: access.expires_at };
      const personal = await reader
        .selectFrom('personal_tokens')
        .select(['id', 'expires_at'])
        .where('hash', '=', hash)
        .executeTakeFirst();
      return personal && { key: `token/${personal.id}`, expiresAt: personal.expires_at ?? undefined };
    },

    async loadCredentials(keys) {
      const now = clock.now();
      const rows = [
        ...(await liveSessions(idsOf(keys, 'session/'), now)),
        ...(await liveTokens(idsOf(keys, 'token/'), now)),
      ];
      if (rows.length === 0) return new Map();
      const userIds = [...new Set(rows.map((row) => row.user_id))];
      const grants = Map.groupBy(await bindings.list(reader, { now, userIds }), (binding) => binding.user.id);
      return new Map(rows.map((row) => [row.key, credentialOf(row, grants.get(row.user_id) ?? [])]));
    },
  };
}

function idsOf(keys: readonly CredentialKey[], prefix: 'session/' | 'token/'): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

function credentialOf(row: Row, bindings: readonly RoleBindingRecord[]): Credential {
  const { kind, credentialId, scope, expiresAt, user_id, email, user_name } = row;
  return {
    kind,
    credentialId,
    scope,
    expiresAt,
    userId: user_id,
    email,
    name: user_name,
    grants: bindings.map(grantOf),
  };
}

function grantOf({ role, clusterId, namespaces, expiresAt }: RoleBindingRecord): Grant {
  return {
    role,
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
