import { appError, type Clock } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import type { PasswordHasher } from './password-hash.ts';
import { checkPassword, foldEmail } from './password-rules.ts';
import type { Client, IssuedSession, SessionService } from './session-service.ts';
import type { SessionStore } from './session-store.ts';
import type { SignInThrottle, SignInTry } from './sign-in-throttle-store.ts';
import type { UserRecord, UserStore } from './user-store.ts';

export type SignInService = {
  /**
   * Throws `wrong_credentials` for an unknown account, a disabled one and a wrong password alike, after the same work for each, and
   * `sign_in_throttled` after too many failures, whether the account exists or not.
   */
  signIn(input: { email: string; password: string }, client: Client, context: RequestContext): Promise<IssuedSession>;
  /** Sets a new password and ends every other session. Throws `wrong_credentials` and `invalid_input`. */
  changePassword(input: { currentPassword: string; newPassword: string }, context: RequestContext): Promise<void>;
};

export type SignInServiceDeps = {
  database: Database;
  users: UserStore;
  sessionStore: SessionStore;
  sessions: SessionService;
  throttle: SignInThrottle;
  hasher: PasswordHasher;
  changes: AccessChanges;
  audit: AuditLog;
  clock: Clock;
};

export function createSignInService(deps: SignInServiceDeps): SignInService {
  const { database, users, sessionStore, sessions, throttle, hasher, changes, audit, clock } = deps;

  /** Throttles, then compares. The same reads and writes happen whether there is a user or not. */
  async function prove(
    input: { email: string; user: UserRecord | undefined; password: string; verb: string },
    context: RequestContext,
  ): Promise<{ user: UserRecord; attempt: SignInTry }> {
    const { email, user, password, verb } = input;
    const { address } = context;
    const query = { userId: user?.id ?? '', address, now: clock.now() };
    const isKnownAddress = await sessionStore.isKnownAddress(database.reader, query);
    const attempt: SignInTry = { email, address, isKnownAddress };
    const wait = await throttle.begin(attempt);
    if (wait > 0) throw throttled(wait);
    const matches = await hasher.verify(user?.passwordHash, password);
    if (user && matches && user.disabledAt === undefined) return { user, attempt };
    const reason = !user ? 'unknown account' : matches ? 'account disabled' : 'wrong password';
    await audit.record({
      verb,
      object: `account/${email}`,
      result: 'denied',
      details: { reason },
      ...auditedRequest(context),
    });
    throw appError('wrong_credentials', 'The e-mail address or the password is wrong.');
  }

  return {
    async signIn({ email: typed, password }, client, context) {
      const email = foldEmail(typed);
      const found = await users.findByEmail(database.reader, email);
      const { user, attempt } = await prove({ email, user: found, password, verb: 'session.create' }, context);
      const upgraded = hasher.isOutdated(user.passwordHash ?? '') ? await hasher.hash(password) : undefined;
      return changes.transaction(async (tx) => {
        // Read again: it may have been disabled, or given another password, while the hash was computed.
        const current = await users.find(tx, user.id);
        if (!current || current.disabledAt !== undefined || current.passwordHash !== user.passwordHash) {
          throw appError('wrong_credentials', 'The e-mail address or the password is wrong.');
        }
        await throttle.succeeded(tx, attempt);
        if (upgraded !== undefined) await users.update(tx, user.id, { passwordHash: upgraded });
        const issued = await sessions.start(tx, current, client);
        await audit.record(
          {
            ...auditedRequest(context),
            actor: { type: 'user', id: user.id, name: user.email },
            verb: 'session.create',
            object: `session/${issued.sessionId}`,
            result: 'allowed',
          },
          tx,
        );
        return issued;
      });
    },

    async changePassword({ currentPassword, newPassword }, context) {
      const { userId, credentialId, kind, scope, email } = context.principal;
      if (scope !== 'write') {
        const permission = 'password:update';
        throw appError('permission_denied', 'A token that only reads cannot change a password.', {
          extra: { permission },
        });
      }
      const found = await users.find(database.reader, userId);
      const { attempt } = await prove(
        { email, user: found, password: currentPassword, verb: 'me.changePassword' },
        context,
      );
      checkPassword({ password: newPassword, email, pointer: '/newPassword' });
      const passwordHash = await hasher.hash(newPassword);
      await changes.transaction(async (tx) => {
        await throttle.succeeded(tx, attempt);
        await users.update(tx, userId, { passwordHash });
        const actor = `user/${userId}`;
        changes.announce(tx, { type: 'user.updated', id: userId, userId, actor });
        const exceptId = kind === 'session' ? { exceptId: credentialId } : {};
        await sessions.endAll(tx, { userId, actor, because: 'password-changed', ...exceptId });
        const entry = { verb: 'me.changePassword', object: `user/${userId}`, result: 'allowed' as const };
        await audit.record({ ...entry, ...auditedRequest(context) }, tx);
      });
    },
  };
}

function throttled(wait: number): Error {
  const seconds = Math.ceil(wait / 1000);
  return appError('sign_in_throttled', `Too many failed attempts. Try again in ${waitText(seconds)}.`, {
    retryAfterSeconds: seconds,
  });
}

function waitText(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
