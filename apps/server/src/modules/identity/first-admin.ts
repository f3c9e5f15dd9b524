import { userInfo } from 'node:os';
import { appError, type Clock, uuid7 } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest, systemActor } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import { adminsLock } from './last-admin.ts';
import type { PasswordHasher } from './password-hash.ts';
import { checkPassword, foldEmail } from './password-rules.ts';
import type { RoleBindingStore } from './role-binding-store.ts';
import { hashOfSecretToken, kindOfSecretToken, newSecretToken } from './secret-token.ts';
import type { Client, IssuedSession, SessionService } from './session-service.ts';
import type { SetupLinkStore } from './setup-link-store.ts';
import type { UserRecord, UserStore } from './user-store.ts';

type Person = { readonly email: string; readonly name: string; readonly password: string };

export type FirstAdmin = {
  /** Whether nobody can administer the installation yet. */
  isNeeded(): Promise<boolean>;
  /** A token for a link that is good once and for 24 hours; it voids the ones before. Undefined when there is an administrator. */
  createLinkToken(): Promise<string | undefined>;
  /** Makes the first administrator and signs them in. Throws `setup_done`, `setup_link_invalid` and `invalid_input`. */
  complete(input: Person & { token: string }, client: Client, context: RequestContext): Promise<IssuedSession>;
  /** Makes the first administrator without a person. Gives false, and changes nothing, when there is one. `alsoDo` runs before the commit. */
  createUnattended(
    person: Omit<Person, 'name'>,
    alsoDo: (tx: Transaction, user: UserRecord) => Promise<void>,
  ): Promise<boolean>;
  /** The built-in administrator of local mode, made when it is not there. */
  ensureLocalUser(): Promise<UserRecord>;
};

export type FirstAdminDeps = {
  database: Database;
  users: UserStore;
  bindings: RoleBindingStore;
  links: SetupLinkStore;
  sessions: SessionService;
  hasher: PasswordHasher;
  changes: AccessChanges;
  audit: AuditLog;
  clock: Clock;
  localMode: boolean;
};

const linkLifetime = 24 * 60 * 60_000;
/** Reserved by RFC 6761: nobody can have an address there. */
const localEmail = 'you@pilothouse.localhost';

export function createFirstAdmin(deps: FirstAdminDeps): FirstAdmin {
  const { database, users, bindings, links, sessions, hasher, changes, audit, clock, localMode } = deps;

  async function isNeeded(): Promise<boolean> {
    return !localMode && (await bindings.countLastingAdmins(database.reader)) === 0;
  }

  async function bindAdmin(tx: Transaction, userId: string, actor: string): Promise<void> {
    const scope = { clusterId: undefined, namespaces: undefined };
    const id = uuid7(clock.now());
    await bindings.deleteOnScope(tx, { userId, ...scope });
    await bindings.insert(tx, { id, userId, role: 'admin', ...scope, expiresAt: undefined, createdAt: clock.now() });
    changes.announce(tx, { type: 'roleBinding.created', id, userId, actor });
  }

  /** A new account, or one that is there already: whoever can set up the installation may take over an account of it. */
  async function upsertAdmin(
    tx: Transaction,
    person: { email: string; name: string; passwordHash: string },
  ): Promise<UserRecord> {
    const { email, name, passwordHash } = person;
    const found = await users.findByEmail(tx, email);
    if (found?.isLocal) throw reservedEmail();
    const id = found?.id ?? uuid7(clock.now());
    const actor = `user/${id}`;
    if (found) {
      await users.update(tx, id, { name, passwordHash, disabledAt: undefined });
      await sessions.endAll(tx, { userId: id, actor, because: 'password-reset' });
    } else {
      const facts = { isLocal: false, disabledAt: undefined, createdAt: clock.now(), lastSeenAt: undefined };
      await users.insert(tx, { id, email, name, passwordHash, ...facts });
    }
    changes.announce(tx, { type: found ? 'user.updated' : 'user.created', id, userId: id, actor });
    await bindAdmin(tx, id, actor);
    const user = await users.find(tx, id);
    if (!user) throw new Error('The user that was just written is not there.');
    return user;
  }

  /** Makes the check and what depends on it one step, among all replicas. */
  async function lockAdmins(tx: Transaction): Promise<number> {
    await database.dialect.advisoryLock(tx, adminsLock);
    return bindings.countLastingAdmins(tx);
  }

  return {
    isNeeded,

    createLinkToken() {
      if (localMode) return Promise.resolve(undefined);
      return changes.transaction(async (tx) => {
        const isThere = (await lockAdmins(tx)) > 0;
        await links.deleteAll(tx);
        if (isThere) return undefined;
        const token = newSecretToken('link');
        const now = clock.now();
        await links.insert(tx, { hash: hashOfSecretToken(token), createdAt: now, expiresAt: now + linkLifetime });
        return token;
      });
    },

    async complete({ token, email: typed, name, password }, client, context) {
      if (!(await isNeeded())) throw setupDone();
      const hash = kindOfSecretToken(token) === 'link' ? hashOfSecretToken(token) : '';
      // Before the password is hashed: a stranger must not make this server compute.
      if (!(await links.isGood(database.reader, hash, clock.now()))) throw linkInvalid();
      const email = foldEmail(typed);
      checkPassword({ password, email, pointer: '/password' });
      const passwordHash = await hasher.hash(password);
      return changes.transaction(async (tx) => {
        if ((await lockAdmins(tx)) > 0) throw setupDone();
        if (!(await links.take(tx, hash, clock.now()))) throw linkInvalid();
        const user = await upsertAdmin(tx, { email, name, passwordHash });
        const actor = { type: 'user' as const, id: user.id, name: email };
        const entry = { verb: 'setup.complete', object: `user/${user.id}`, result: 'allowed' as const };
        await audit.record({ ...auditedRequest(context), ...entry, actor }, tx);
        return sessions.start(tx, user, client);
      });
    },

    async createUnattended({ email: typed, password }, alsoDo) {
      if (!(await isNeeded())) return false;
      const email = foldEmail(typed);
      checkPassword({ password, email, pointer: '/password' });
      const passwordHash = await hasher.hash(password);
      return changes.transaction(async (tx) => {
        if ((await lockAdmins(tx)) > 0) return false;
        await links.deleteAll(tx);
        const name = email.slice(0, email.indexOf('@'));
        const user = await upsertAdmin(tx, { email, name, passwordHash });
        const details = { email, unattended: true };
        await audit.record(
          { actor: systemActor, verb: 'setup.complete', object: `user/${user.id}`, result: 'allowed', details },
          tx,
        );
        await alsoDo(tx, user);
        return true;
      });
    },

    ensureLocalUser() {
      return changes.transaction(async (tx) => {
        await database.dialect.advisoryLock(tx, adminsLock);
        const found = await users.findLocal(tx);
        if (found) return found;
        const now = clock.now();
        const id = uuid7(now);
        const facts = {
          passwordHash: undefined,
          isLocal: true,
          disabledAt: undefined,
          createdAt: now,
          lastSeenAt: undefined,
        };
        const user = { id, email: localEmail, name: machineUserName(), ...facts };
        await users.insert(tx, user);
        changes.announce(tx, { type: 'user.created', id, userId: id, actor: 'system' });
        await bindAdmin(tx, id, 'system');
        return user;
      });
    },
  };
}

/** In a container the user id may have no name. */
function machineUserName(): string {
  try {
    return userInfo().username || 'You';
  } catch {
    return 'You';
  }
}

function setupDone(): Error {
  return appError('setup_done', 'This installation is set up. Sign in, or ask an administrator for an account.');
}

function linkInvalid(): Error {
  return appError(
    'setup_link_invalid',
    'This set-up link is used, expired or replaced. Restart the server for a new one.',
  );
}

function reservedEmail(): Error {
  const message = 'This e-mail address is the one of local mode. Use your own.';
  return appError('invalid_input', message, { details: [{ pointer: '/email', code: 'reserved', message }] });
}
