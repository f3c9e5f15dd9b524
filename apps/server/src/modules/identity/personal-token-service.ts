import type { PersonalToken } from '@pilothouse/contract';
import { appError, type Clock, uuid7 } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import { unknownPlace } from './authorizer.ts';
import type { PersonalTokenRecord, PersonalTokenStore } from './personal-token-store.ts';
import { hashOfSecretToken, newSecretToken, shownPrefixOf } from './secret-token.ts';

export type NewPersonalToken = {
  readonly name: string;
  readonly scope: 'read' | 'write';
  readonly expiresInDays?: number | undefined;
};
export type IssuedToken = { readonly token: PersonalToken; readonly value: string };

export type PersonalTokenService = {
  list(userId: string): Promise<PersonalToken[]>;
  /** A token made with a token has no wider scope and ends no later. */
  create(input: NewPersonalToken, context: RequestContext): Promise<IssuedToken>;
  /** In a transaction, by the server itself. `expiresAt` undefined: no end. */
  issue(tx: Transaction, options: IssueOptions): Promise<IssuedToken>;
  /** Throws `not_found`. */
  delete(id: string, context: RequestContext): Promise<void>;
};

export type IssueOptions = {
  userId: string;
  name: string;
  scope: 'read' | 'write';
  expiresAt: number | undefined;
  isLocal?: boolean;
  actor: string;
};

export type PersonalTokenServiceDeps = {
  database: Database;
  tokens: PersonalTokenStore;
  changes: AccessChanges;
  audit: AuditLog;
  clock: Clock;
};

const day = 24 * 60 * 60_000;
const defaultDays = 90;

export function createPersonalTokenService(deps: PersonalTokenServiceDeps): PersonalTokenService {
  const { database, tokens, changes, audit, clock } = deps;

  async function issue(tx: Transaction, options: IssueOptions): Promise<IssuedToken> {
    const { userId, name, scope, expiresAt, isLocal = false, actor } = options;
    const now = clock.now();
    const value = newSecretToken('personal');
    const record: PersonalTokenRecord = {
      id: uuid7(now),
      userId,
      name,
      scope,
      hash: hashOfSecretToken(value),
      prefix: shownPrefixOf(value),
      isLocal,
      createdAt: now,
      expiresAt,
      lastUsedAt: undefined,
    };
    await tokens.insert(tx, record);
    changes.announce(tx, { type: 'token.created', id: record.id, userId, actor });
    return { token: publicForm(record), value };
  }

  /** When the new token ends: not after the token it is made with. */
  async function endOf({ principal }: RequestContext, days: number): Promise<number> {
    const wanted = clock.now() + days * day;
    if (principal.kind !== 'token') return wanted;
    const own = await tokens.find(database.reader, principal.credentialId);
    return Math.min(wanted, own?.expiresAt ?? wanted);
  }

  return {
    issue,
    async list(userId) {
      return (await tokens.list(database.reader, userId)).map(publicForm);
    },
    async create({ name, scope, expiresInDays = defaultDays }, context) {
      const { userId } = context.principal;
      if (context.principal.scope !== 'write') {
        const permission = 'token:create';
        throw appError('permission_denied', 'A token that only reads cannot make tokens.', { extra: { permission } });
      }
      const expiresAt = await endOf(context, expiresInDays);
      return changes.transaction(async (tx) => {
        const issued = await issue(tx, { userId, name, scope, expiresAt, actor: `user/${userId}` });
        await audit.record(
          { ...entry('token.create', issued.token.id, { name, scope }), ...auditedRequest(context) },
          tx,
        );
        return issued;
      });
    },
    async delete(id, context) {
      const { userId } = context.principal;
      await changes.transaction(async (tx) => {
        const token = await tokens.find(tx, id);
        if (!(await tokens.delete(tx, { id, userId }))) throw unknownPlace();
        changes.announce(tx, { type: 'token.revoked', id, userId, actor: `user/${userId}` });
        await audit.record({ ...entry('token.delete', id, { name: token?.name }), ...auditedRequest(context) }, tx);
      });
    },
  };
}

function entry(verb: string, id: string, details: Record<string, unknown>) {
  return { verb, object: `token/${id}`, result: 'allowed' as const, details };
}

function publicForm({ id, name, scope, prefix, createdAt, expiresAt, lastUsedAt }: PersonalTokenRecord): PersonalToken {
  return {
    id,
    name,
    scope,
    prefix,
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: new Date(lastUsedAt).toISOString() }),
  };
}
