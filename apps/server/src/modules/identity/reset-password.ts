import { appError, type Clock, silentLogger } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { Doorbell } from '../../platform/events/doorbell.ts';
import { createEventLog } from '../../platform/events/event-log.ts';
import { systemActor } from '../audit/audit-log.ts';
import { createAuditLog } from '../audit/audit-module.ts';
import { createAccessChanges } from './access-changes.ts';
import { createCredentialSource } from './credential-source.ts';
import { createPasswordHasher } from './password-hash.ts';
import { checkPassword, foldEmail } from './password-rules.ts';
import { createPrincipalCache } from './principal-cache.ts';
import { createRoleBindingStore } from './role-binding-store.ts';
import { createSessionService } from './session-service.ts';
import { createSessionStore } from './session-store.ts';
import { createUserStore } from './user-store.ts';

export type ResetPasswordDeps = { database: Database; doorbell: Doorbell; clock: Clock };

/**
 * For whoever runs the server and is locked out: sets the password of an account, enables it, and ends its sessions. A server that runs learns
 * of it from the event log. Throws `not_found` and `invalid_input`.
 */
export async function resetPassword(
  input: { email: string; password: string },
  deps: ResetPasswordDeps,
): Promise<void> {
  const { database, doorbell, clock } = deps;
  const localMode = false;
  const users = createUserStore();
  const bindings = createRoleBindingStore();
  const cache = createPrincipalCache({
    source: createCredentialSource({ database, bindings, clock, localMode }),
    clock,
  });
  const events = createEventLog({ database, doorbell, clock });
  const changes = createAccessChanges({ database, events, doorbell, cache, log: silentLogger });
  const { audit } = createAuditLog({ database, clock });
  const sessions = createSessionService({
    database,
    sessions: createSessionStore(database),
    users,
    changes,
    audit,
    clock,
    localMode,
  });

  const email = foldEmail(input.email);
  checkPassword({ password: input.password, email, pointer: '/password' });
  const passwordHash = await createPasswordHasher().hash(input.password);
  await changes.transaction(async (tx) => {
    const user = await users.findByEmail(tx, email);
    if (!user || user.isLocal) throw appError('not_found', `There is no account with the e-mail address ${email}.`);
    await users.update(tx, user.id, { passwordHash, disabledAt: undefined });
    changes.announce(tx, { type: 'user.updated', id: user.id, userId: user.id, actor: 'system' });
    await sessions.endAll(tx, { userId: user.id, actor: 'system', because: 'password-reset' });
    const details = { email, from: 'the command line of the server' };
    await audit.record(
      { actor: systemActor, verb: 'user.resetPassword', object: `user/${user.id}`, result: 'allowed', details },
      tx,
    );
  });
}
