import type { AuditEntry } from '@pilothouse/contract';
import type { Transaction } from '../../platform/database/database.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';

/**
 * One thing that was done or tried. Never put a secret in here: an entry cannot be changed or removed afterwards.
 * `object` reads as a path: `cluster/prod`, `prod/secrets/shop/db`, `user/<id>`. `cluster` is the cluster's name at the time.
 */
export type AuditRecord = {
  readonly actor: AuditEntry['actor'];
  /** The id of the route or one like it: `secret.reveal`, `session.create`. */
  readonly verb: string;
  readonly object: string;
  readonly cluster?: string;
  readonly result: AuditEntry['result'];
  readonly requestId?: string;
  readonly address?: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

export type AuditLog = {
  /**
   * With `tx` the entry is kept exactly when the change is. Without it is written by itself, for what changes nothing here (a secret
   * shown, a shell opened) or was refused; await it before the answer goes out, so nothing is shown that was not recorded.
   */
  record(record: AuditRecord, tx?: Transaction): Promise<void>;
};

/** What a request tells about who, in the form an entry wants: spread it into `record`. */
export function auditedRequest(
  context: Pick<RequestContext, 'signedIn' | 'requestId' | 'address'>,
): Pick<AuditRecord, 'actor' | 'requestId' | 'address'> {
  const { signedIn, requestId, address } = context;
  return { actor: signedIn ? actorOfPrincipal(signedIn) : anonymous, requestId, address };
}

export const systemActor: AuditEntry['actor'] = { type: 'system', name: 'system' };
const anonymous: AuditEntry['actor'] = { type: 'anonymous', name: 'anonymous' };

/** A token is named with its user: the id is the user's, so that a search for a person finds what their tokens did. */
function actorOfPrincipal({ kind, userId, email }: NonNullable<RequestContext['signedIn']>): AuditEntry['actor'] {
  return { type: kind === 'session' ? 'user' : 'token', id: userId, name: email };
}
