import type { User } from '@pilothouse/contract';
import { appError, type Clock, isAppError, uuid7 } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { createPageCursor, pageOf } from '../../platform/http/page-cursor.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import { unknownPlace } from './authorizer.ts';
import type { LastAdmin } from './last-admin.ts';
import type { PasswordHasher } from './password-hash.ts';
import { checkPassword, foldEmail } from './password-rules.ts';
import { publicUser } from './public-user.ts';
import type { SessionService } from './session-service.ts';
import type { UserChanges, UserRecord, UserStore } from './user-store.ts';

export type UserUpdate = { readonly name?: string; readonly disabled?: boolean; readonly password?: string };

/** Accounts, as an administrator handles them. */
export type UserService = {
  list(query: {
    limit: number;
    cursor?: string | undefined;
    q?: string | undefined;
  }): Promise<{ items: User[]; nextCursor?: string }>;
  /** Throws `already_exists` for an e-mail address that is taken. */
  create(input: { email: string; name: string; password: string }, context: RequestContext): Promise<User>;
  /** Disabling ends everything of the user; a new password ends the sessions. Throws `not_found` and `last_admin`. */
  update(id: string, update: UserUpdate, context: RequestContext): Promise<User>;
  /** Removes the user with sessions, tokens and roles. Throws `not_found` and `last_admin`. */
  delete(id: string, context: RequestContext): Promise<void>;
};

export type UserServiceDeps = {
  database: Database;
  users: UserStore;
  sessions: SessionService;
  lastAdmin: LastAdmin;
  hasher: PasswordHasher;
  changes: AccessChanges;
  audit: AuditLog;
  clock: Clock;
  localMode: boolean;
};

const pages = createPageCursor('users', 'string');

export function createUserService(deps: UserServiceDeps): UserService {
  const { database, users, sessions, lastAdmin, hasher, changes, audit, clock, localMode } = deps;

  /** The built-in user of local mode is shown there, and nobody can change it. */
  async function find(tx: Transaction, id: string): Promise<UserRecord> {
    const user = await users.find(tx, id);
    if (!user || (user.isLocal && !localMode)) throw unknownPlace();
    if (user.isLocal)
      throw appError('last_admin', 'This is the built-in administrator of local mode; it stays as it is.');
    return user;
  }

  async function applyState(tx: Transaction, user: UserRecord, disabled: boolean, actor: string): Promise<void> {
    if (disabled === (user.disabledAt !== undefined)) return;
    const disabledAt = disabled ? clock.now() : undefined;
    await lastAdmin.keep(tx, () => users.update(tx, user.id, { disabledAt }));
    changes.announce(tx, { type: disabled ? 'user.disabled' : 'user.enabled', id: user.id, userId: user.id, actor });
    if (disabled) await sessions.endAll(tx, { userId: user.id, actor, because: 'user-disabled' });
  }

  return {
    async list({ limit, cursor, q }) {
      const after = pages.decode(cursor);
      const found = await users.list(database.reader, { limit: limit + 1, after, q, withLocal: localMode });
      return pageOf(found.map(publicUser), { limit, cursor: pages, placeOf: ({ email }) => email });
    },

    async create({ email: typed, name, password }, context) {
      const email = foldEmail(typed);
      checkPassword({ password, email, pointer: '/password' });
      const now = clock.now();
      const user: UserRecord = {
        id: uuid7(now),
        email,
        name,
        passwordHash: await hasher.hash(password),
        isLocal: false,
        disabledAt: undefined,
        createdAt: now,
        lastSeenAt: undefined,
      };
      await refuseTakenEmail(() =>
        changes.transaction(async (tx) => {
          await users.insert(tx, user);
          const actor = `user/${context.principal.userId}`;
          changes.announce(tx, { type: 'user.created', id: user.id, userId: user.id, actor });
          await audit.record({ ...entry('user.create', user.id, { email }), ...auditedRequest(context) }, tx);
        }),
      );
      return publicUser(user);
    },

    async update(id, { name, disabled, password }, context) {
      const actor = `user/${context.principal.userId}`;
      const email = (await users.find(database.reader, id))?.email ?? '';
      if (password !== undefined) checkPassword({ password, email, pointer: '/password' });
      const passwordHash = password === undefined ? undefined : await hasher.hash(password);
      return changes.transaction(async (tx) => {
        const user = await find(tx, id);
        const facts: UserChanges = {
          ...(name === undefined ? {} : { name }),
          ...(passwordHash === undefined ? {} : { passwordHash }),
        };
        if (Object.keys(facts).length > 0) {
          await users.update(tx, id, facts);
          changes.announce(tx, { type: 'user.updated', id, userId: id, actor });
        }
        if (passwordHash !== undefined) await sessions.endAll(tx, { userId: id, actor, because: 'password-reset' });
        if (disabled !== undefined) await applyState(tx, user, disabled, actor);
        const details = { email: user.email, name, disabled, password: password === undefined ? undefined : 'changed' };
        await audit.record({ ...entry('user.update', id, details), ...auditedRequest(context) }, tx);
        const updated = await users.find(tx, id);
        if (!updated) throw unknownPlace();
        return publicUser(updated);
      });
    },

    async delete(id, context) {
      await changes.transaction(async (tx) => {
        const user = await find(tx, id);
        await lastAdmin.keep(tx, () => users.delete(tx, id));
        changes.announce(tx, { type: 'user.deleted', id, userId: id, actor: `user/${context.principal.userId}` });
        await audit.record({ ...entry('user.delete', id, { email: user.email }), ...auditedRequest(context) }, tx);
      });
    },
  };
}

async function refuseTakenEmail(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAppError(error) || error.code !== 'already_exists') throw error;
    const message = 'There is an account with this e-mail address.';
    throw appError('already_exists', message, {
      cause: error,
      details: [{ pointer: '/email', code: 'taken', message }],
    });
  }
}

function entry(verb: string, id: string, details: Record<string, unknown>) {
  return { verb, object: `user/${id}`, result: 'allowed' as const, details };
}
