import { timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { appError, type Service } from '@pilothouse/core';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { AccessChanges } from './access-changes.ts';
import type { FirstAdmin } from './first-admin.ts';
import type { PersonalTokenService } from './personal-token-service.ts';
import type { PersonalTokenStore } from './personal-token-store.ts';
import { writeTokenFile } from './secret-file.ts';
import { hashOfSecretToken, newSecretToken } from './secret-token.ts';
import type { Client, IssuedSession, SessionService } from './session-service.ts';

/** How the one person of local mode comes in: browsers with the printed link, the CLI with a file. docs/adr/0011 has the reasons. */
export type LocalAccess = {
  /** For the link that is printed at the start: good in any browser of this machine until this process stops. Never stored. */
  readonly linkToken: string;
  /** Throws `setup_link_invalid`. */
  signIn(token: string, client: Client, context: RequestContext): Promise<IssuedSession>;
  /** While it runs there is a token in the data folder; each run makes a new one and voids the one before. */
  readonly service: Service;
};

export type LocalAccessDeps = {
  dataFolder: string;
  firstAdmin: FirstAdmin;
  sessions: SessionService;
  tokens: PersonalTokenService;
  tokenStore: PersonalTokenStore;
  changes: AccessChanges;
  audit: AuditLog;
};

export const localTokenFile = 'local-token';

export function createLocalAccess(deps: LocalAccessDeps): LocalAccess {
  const { dataFolder, firstAdmin, sessions, tokens, tokenStore, changes, audit } = deps;
  const linkToken = newSecretToken('link');
  const linkHash = Buffer.from(hashOfSecretToken(linkToken));
  const file = join(dataFolder, localTokenFile);

  /** Issues the token and voids those before it, in one transaction. */
  async function replaceToken(userId: string): Promise<void> {
    await changes.transaction(async (tx) => {
      for (const id of await tokenStore.deleteLocal(tx)) {
        changes.announce(tx, { type: 'token.revoked', id, userId, actor: 'system' });
      }
      const options = {
        userId,
        name: 'CLI on this machine',
        scope: 'write',
        expiresAt: undefined,
        isLocal: true,
        actor: 'system',
      } as const;
      const { value } = await tokens.issue(tx, options);
      writeTokenFile(file, value, 'PILOTHOUSE_DATA');
    });
  }

  return {
    linkToken,
    async signIn(token, client, context) {
      if (!timingSafeEqual(Buffer.from(hashOfSecretToken(token)), linkHash)) {
        await audit.record({
          verb: 'session.createOnce',
          object: 'session',
          result: 'denied',
          ...auditedRequest(context),
        });
        throw appError(
          'setup_link_invalid',
          'This link is not of the server that runs now. Use the one it printed at its start.',
        );
      }
      const user = await firstAdmin.ensureLocalUser();
      return changes.transaction(async (tx) => {
        const issued = await sessions.start(tx, user, client);
        const actor = { type: 'user' as const, id: user.id, name: user.email };
        const entry = { verb: 'session.createOnce', object: `session/${issued.sessionId}`, result: 'allowed' as const };
        await audit.record({ ...auditedRequest(context), ...entry, actor }, tx);
        return issued;
      });
    },
    service: {
      name: 'local-access',
      async run(signal, ready) {
        const { id } = await firstAdmin.ensureLocalUser();
        await replaceToken(id);
        ready();
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        });
        rmSync(file, { force: true });
      },
    },
  };
}
