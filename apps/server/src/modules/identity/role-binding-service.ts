import type { Role, RoleBinding } from '@pilothouse/contract';
import { appError, type Clock, isAppError, uuid7 } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { createPageCursor, pageOf } from '../../platform/http/page-cursor.ts';
import type { Principal } from '../../platform/http/principal.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import { unknownPlace } from './authorizer.ts';
import type { ClusterNames } from './cluster-names.ts';
import type { LastAdmin } from './last-admin.ts';
import { foldEmail } from './password-rules.ts';
import { roleIncludes } from './policy.ts';
import type { RoleBindingRecord, RoleBindingStore } from './role-binding-store.ts';
import type { UserRecord, UserStore } from './user-store.ts';

type Cluster = { readonly id: string; readonly name: string };

export type NewBinding = {
  /** User id or e-mail address. */
  readonly user: string;
  readonly role: Role;
  /** Absent: on the whole installation. */
  readonly cluster?: Cluster;
  readonly namespaces?: readonly string[] | undefined;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
};

/** Roles given to users. The routes of the installation use it, and module clusters for the shares of a cluster. */
export type RoleBindingService = {
  /** Records, announces and audits. Throws `invalid_input` (unknown user, end in the past or after the giver's own) and `already_exists`. */
  create(binding: NewBinding, context: RequestContext): Promise<RoleBinding>;
  /** With `cluster` only a binding on that cluster is found. Throws `not_found`, and `last_admin` for the last lasting administrator. */
  delete(id: string, options: { cluster?: Cluster; context: RequestContext }): Promise<void>;
  list(query: {
    limit: number;
    cursor?: string | undefined;
    userId?: string | undefined;
  }): Promise<{ items: RoleBinding[]; nextCursor?: string }>;
  listForCluster(cluster: Cluster): Promise<RoleBinding[]>;
  listForUser(userId: string): Promise<RoleBinding[]>;
  /** For the transaction that removes a cluster. */
  deleteForCluster(tx: Transaction, clusterId: string, actor: string): Promise<void>;
};

export type RoleBindingServiceDeps = {
  database: Database;
  bindings: RoleBindingStore;
  users: UserStore;
  clusters: ClusterNames;
  changes: AccessChanges;
  lastAdmin: LastAdmin;
  audit: AuditLog;
  clock: Clock;
};

const pages = createPageCursor('role-bindings', 'string');

export function createRoleBindingService(deps: RoleBindingServiceDeps): RoleBindingService {
  const { database, bindings, users, clusters, changes, lastAdmin, audit, clock } = deps;

  async function findUser(idOrEmail: string): Promise<UserRecord> {
    const user = idOrEmail.includes('@')
      ? await users.findByEmail(database.reader, foldEmail(idOrEmail))
      : await users.find(database.reader, idOrEmail);
    if (user && !user.isLocal) return user;
    throw invalid('/user', 'unknown_user', 'There is no user with this id or e-mail address.');
  }

  function publicForm(record: RoleBindingRecord, cluster?: Cluster): RoleBinding {
    const { id, role, clusterId, namespaces, expiresAt, createdAt, user } = record;
    const name = clusterId === undefined ? undefined : (cluster?.name ?? clusters.find(clusterId)?.name ?? clusterId);
    return {
      id,
      user,
      role,
      ...(name === undefined ? {} : { cluster: name }),
      ...(namespaces === undefined ? {} : { namespaces: [...namespaces] }),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
      createdAt: new Date(createdAt).toISOString(),
    };
  }

  return {
    async create({ user, role, cluster, namespaces, expiresAt }, context) {
      const now = clock.now();
      const end = expiresAt === undefined ? undefined : parseEnd(expiresAt, now);
      demandEndWithinOwn({ giver: context.principal, clusterId: cluster?.id, end, now });
      const { id: userId, email, name } = await findUser(user);
      const record = {
        id: uuid7(now),
        userId,
        user: { id: userId, email, name },
        role,
        clusterId: cluster?.id,
        namespaces: namespaces && [...new Set(namespaces)].sort(),
        expiresAt: end,
        createdAt: now,
      };
      const created = publicForm(record, cluster);
      await refuseSecondRole(() =>
        changes.transaction(async (tx) => {
          await bindings.deleteExpired(tx, record, now);
          await bindings.insert(tx, record);
          const actor = `user/${context.principal.userId}`;
          changes.announce(tx, { type: 'roleBinding.created', id: record.id, userId, actor, clusterId: cluster?.id });
          await audit.record({ ...entry('roleBinding.create', created), ...auditedRequest(context) }, tx);
        }),
      );
      return created;
    },

    async delete(id, { cluster, context }) {
      await changes.transaction(async (tx) => {
        const record = await bindings.find(tx, id);
        if (!record || (cluster && record.clusterId !== cluster.id)) throw unknownPlace();
        await lastAdmin.keep(tx, () => bindings.delete(tx, id));
        const { clusterId, user } = record;
        const actor = `user/${context.principal.userId}`;
        changes.announce(tx, { type: 'roleBinding.deleted', id, userId: user.id, actor, clusterId });
        await audit.record(
          { ...entry('roleBinding.delete', publicForm(record, cluster)), ...auditedRequest(context) },
          tx,
        );
      });
    },

    async list({ limit, cursor, userId }) {
      const found = await bindings.list(database.reader, {
        now: clock.now(),
        limit: limit + 1,
        after: pages.decode(cursor),
        ...(userId === undefined ? {} : { userIds: [userId] }),
      });
      return pageOf(
        found.map((record) => publicForm(record)),
        { limit, cursor: pages, placeOf: ({ id }) => id },
      );
    },

    async listForCluster(cluster) {
      const found = await bindings.list(database.reader, { now: clock.now(), clusterId: cluster.id });
      return found.map((record) => publicForm(record, cluster));
    },

    async listForUser(userId) {
      const found = await bindings.list(database.reader, { now: clock.now(), userIds: [userId] });
      return found.map((record) => publicForm(record));
    },

    async deleteForCluster(tx, clusterId, actor) {
      for (const { id, user } of await bindings.list(tx, { now: 0, clusterId })) {
        await bindings.delete(tx, id);
        changes.announce(tx, { type: 'roleBinding.deleted', id, userId: user.id, actor, clusterId });
      }
    },
  };
}

function invalid(pointer: string, code: string, message: string): Error {
  return appError('invalid_input', message, { details: [{ pointer, code, message }] });
}

function parseEnd(text: string, now: number): number {
  const end = Date.parse(text);
  if (!Number.isFinite(end)) throw invalid('/expiresAt', 'not_a_time', 'This is not a time as in RFC 3339.');
  if (end <= now) throw invalid('/expiresAt', 'in_the_past', 'This time has passed already.');
  return end;
}

/** Who is an administrator for a while must not make that last by giving a role to somebody, or to themselves, without an end. */
function demandEndWithinOwn(input: {
  giver: Principal;
  clusterId: string | undefined;
  end: number | undefined;
  now: number;
}): void {
  const { giver, clusterId, end = Number.POSITIVE_INFINITY, now } = input;
  const ownEnds = giver.grants
    .filter((grant) => roleIncludes(grant.role, 'admin') && grant.namespaces === undefined)
    .filter((grant) => grant.clusterId === undefined || grant.clusterId === clusterId)
    .map((grant) => grant.expiresAt ?? Number.POSITIVE_INFINITY);
  const latest = Math.max(now, ...ownEnds);
  if (end <= latest) return;
  const until = new Date(latest).toISOString();
  throw invalid('/expiresAt', 'after_your_own', `Your own role ends at ${until}; give one that ends no later.`);
}

async function refuseSecondRole(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAppError(error) || error.code !== 'already_exists') throw error;
    throw appError('already_exists', 'This user already has a role there. Take it back first to give another.', {
      cause: error,
    });
  }
}

function entry(verb: string, { id, user, role, cluster, namespaces, expiresAt }: RoleBinding) {
  return {
    verb,
    object: `role-binding/${id}`,
    result: 'allowed' as const,
    ...(cluster === undefined ? {} : { cluster }),
    details: { user: user.email, role, ...(namespaces ? { namespaces } : {}), ...(expiresAt ? { expiresAt } : {}) },
  };
}
