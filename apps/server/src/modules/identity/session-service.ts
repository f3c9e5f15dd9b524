import type { Session, SessionSummary } from '@pilothouse/contract';
import { appError, type Clock, uuid7 } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import { unknownPlace } from './authorizer.ts';
import { publicUser } from './public-user.ts';
import { hashOfSecretToken, kindOfSecretToken, newSecretToken } from './secret-token.ts';
import type { SessionRecord, SessionStore } from './session-store.ts';
import type { UserRecord, UserStore } from './user-store.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Milliseconds. docs/adr/0010 has the reasons. */
export const sessionTimes = {
  accessToken: 10 * minute,
  /** Without a refresh for this long, a session ends. */
  idle: 14 * day,
  /** However much it is used, a session ends. */
  longest: 90 * day,
  /**
   * A refresh token that was traded in is taken once more for this long: two tabs that wake together send the same one, and an
   * answer can get lost on the way. A thief who is as quick gains one refresh: the next one that either side makes gives them away.
   */
  reuseGrace: 30_000,
} as const;

export type Client = { readonly address: string; readonly userAgent: string | undefined };

/** What goes out to the browser: the answer, and the refresh token for its cookie. */
export type IssuedSession = {
  readonly session: Session;
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
};

export type SessionService = {
  /** A new session inside the transaction that proved who it is. */
  start(tx: Transaction, user: UserRecord, client: Client): Promise<IssuedSession>;
  /** Throws `not_signed_in` for what is no refresh token, and `session_revoked` for one that ended or was used before, which ends the session. */
  refresh(refreshToken: string | undefined, client: Client & { requestId: string }): Promise<IssuedSession>;
  /** Ends the session of this refresh token; what is no such token ends nothing. */
  endByRefreshToken(refreshToken: string): Promise<void>;
  /** Ends one of the user's sessions. Throws `not_found`. */
  end(options: { userId: string; sessionId: string; because: string }): Promise<void>;
  /** Ends all sessions of the user but `exceptId`, in the transaction of what made that necessary. */
  endAll(
    tx: Transaction,
    options: { userId: string; actor: string; because: string; exceptId?: string },
  ): Promise<void>;
  list(userId: string, currentId: string): Promise<SessionSummary[]>;
};

export type SessionServiceDeps = {
  database: Database;
  sessions: SessionStore;
  users: UserStore;
  changes: AccessChanges;
  audit: AuditLog;
  clock: Clock;
  localMode: boolean;
};

type RefreshOutcome = { issued: IssuedSession } | { refusal: 'unknown' | 'ended' | 'reused' };

export function createSessionService(deps: SessionServiceDeps): SessionService {
  const { database, sessions, users, changes, audit, clock, localMode } = deps;

  async function issue(
    tx: Transaction,
    { user, session, generation }: { user: UserRecord; session: SessionRecord; generation: number },
  ): Promise<IssuedSession> {
    const now = clock.now();
    const accessToken = newSecretToken('access');
    const refreshToken = newSecretToken('refresh');
    const accessExpiresAt = Math.min(now + sessionTimes.accessToken, session.expiresAt);
    const common = { sessionId: session.id, generation };
    await sessions.addTokens(tx, [
      { ...common, kind: 'access', hash: hashOfSecretToken(accessToken), expiresAt: accessExpiresAt },
      { ...common, kind: 'refresh', hash: hashOfSecretToken(refreshToken), expiresAt: session.expiresAt },
    ]);
    return {
      session: { accessToken, expiresAt: new Date(accessExpiresAt).toISOString(), user: publicUser(user) },
      sessionId: session.id,
      refreshToken,
      refreshExpiresAt: session.expiresAt,
    };
  }

  function isGood(session: SessionRecord, user: UserRecord | undefined, now: number): user is UserRecord {
    if (!user || user.disabledAt !== undefined || (user.isLocal && !localMode)) return false;
    return session.revokedAt === undefined && session.expiresAt > now;
  }

  async function endReused(
    tx: Transaction,
    session: SessionRecord,
    client: Client & { requestId: string },
  ): Promise<void> {
    const { id, userId } = session;
    await sessions.revoke(tx, { userId, id }, { now: clock.now(), because: 'refresh-token-reused' });
    changes.announce(tx, { type: 'session.revoked', id, userId, actor: 'system' });
    const user = await users.find(tx, userId);
    await audit.record(
      {
        actor: { type: 'user', id: userId, name: user?.email ?? userId },
        verb: 'session.refresh',
        object: `session/${id}`,
        result: 'denied',
        requestId: client.requestId,
        address: client.address,
        details: { reason: 'refresh token used twice', userAgent: client.userAgent },
      },
      tx,
    );
  }

  async function tradeIn(
    tx: Transaction,
    hash: string,
    client: Client & { requestId: string },
  ): Promise<RefreshOutcome> {
    const found = await sessions.findByRefreshHash(tx, hash);
    if (!found) return { refusal: 'unknown' };
    const now = clock.now();
    const { session, generation, usedAt } = found;
    const user = await users.find(tx, session.userId);
    if (!isGood(session, user, now)) return { refusal: 'ended' };
    if (usedAt !== undefined && now - usedAt > sessionTimes.reuseGrace) {
      await endReused(tx, session, client);
      return { refusal: 'reused' };
    }
    const expiresAt = Math.min(now + sessionTimes.idle, session.createdAt + sessionTimes.longest);
    await sessions.retireTokens(tx, { sessionId: session.id, generation, now });
    await sessions.touch(tx, session.id, { ...client, lastUsedAt: now, expiresAt });
    return { issued: await issue(tx, { user, session: { ...session, expiresAt }, generation: generation + 1 }) };
  }

  return {
    async start(tx, user, { address, userAgent }) {
      const now = clock.now();
      const id = uuid7(now);
      const expiresAt = now + sessionTimes.idle;
      const times = { createdAt: now, lastUsedAt: now, expiresAt, revokedAt: undefined };
      const session = { id, userId: user.id, userAgent: userAgent?.slice(0, 300), address, ...times };
      await sessions.insert(tx, session);
      changes.announce(tx, { type: 'session.started', id, userId: user.id, actor: `user/${user.id}` });
      return issue(tx, { user, session, generation: 0 });
    },

    async refresh(refreshToken, client) {
      if (refreshToken === undefined || kindOfSecretToken(refreshToken) !== 'refresh') throw notSignedIn();
      const hash = hashOfSecretToken(refreshToken);
      // A refusal is an outcome and no error: the revocation that comes with it must be committed.
      const outcome = await changes.transaction((tx) => tradeIn(tx, hash, client));
      if ('issued' in outcome) return outcome.issued;
      if (outcome.refusal === 'unknown') throw notSignedIn();
      throw appError('session_revoked', 'This session has ended. Sign in again.');
    },

    async endByRefreshToken(refreshToken) {
      if (kindOfSecretToken(refreshToken) !== 'refresh') return;
      await changes.transaction(async (tx) => {
        const found = await sessions.findByRefreshHash(tx, hashOfSecretToken(refreshToken));
        if (!found) return;
        const { id, userId } = found.session;
        const ended = await sessions.revoke(tx, { userId, id }, { now: clock.now(), because: 'signed-out' });
        if (ended.length > 0) changes.announce(tx, { type: 'session.revoked', id, userId, actor: `user/${userId}` });
      });
    },

    async end({ userId, sessionId, because }) {
      await changes.transaction(async (tx) => {
        const [ended] = await sessions.revoke(tx, { userId, id: sessionId }, { now: clock.now(), because });
        if (ended === undefined) throw unknownPlace();
        changes.announce(tx, { type: 'session.revoked', id: ended, userId, actor: `user/${userId}` });
      });
    },

    async endAll(tx, { userId, actor, because, exceptId }) {
      const filter = { userId, ...(exceptId === undefined ? {} : { exceptId }) };
      for (const id of await sessions.revoke(tx, filter, { now: clock.now(), because })) {
        changes.announce(tx, { type: 'session.revoked', id, userId, actor });
      }
    },

    async list(userId, currentId) {
      const found = await sessions.listLive(database.reader, userId, clock.now());
      return found.map(({ id, userAgent, address, createdAt, lastUsedAt, expiresAt }) => ({
        id,
        current: id === currentId,
        ...(userAgent === undefined ? {} : { userAgent }),
        ...(address === undefined ? {} : { address }),
        createdAt: new Date(createdAt).toISOString(),
        lastUsedAt: new Date(lastUsedAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
      }));
    },
  };
}

function notSignedIn(): Error {
  return appError('not_signed_in', 'Sign in first.');
}
