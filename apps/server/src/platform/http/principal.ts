import type { Role } from '@pilothouse/contract';

/** A role as the policy reads it. Without `clusterId`: on the whole installation. Without `namespaces`: everything there. */
export type Grant = {
  readonly role: Role;
  readonly clusterId?: string;
  readonly namespaces?: readonly string[];
  /** Milliseconds since the epoch; from then on the grant does not exist. */
  readonly expiresAt?: number;
};

/**
 * Who makes a request, with every right it holds at this moment. It is a snapshot: what outlives the request (a stream, a shell)
 * keeps `accessEnd` and stops when it aborts.
 */
export type Principal = {
  /** How it came in. `local`: the token file of local mode, read by the CLI on the same machine. */
  readonly kind: 'session' | 'token' | 'local';
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** The session or the token; the unit that can be revoked alone. */
  readonly credentialId: string;
  /** `read`: safe methods only, whatever the roles say. */
  readonly scope: 'read' | 'write';
  readonly grants: readonly Grant[];
  /** Aborts as soon as the principal's access changes in any way: revoked, expired, disabled, deleted, or other roles. */
  readonly accessEnd: AbortSignal;
};

/** The actor of events: `user/<id>`. */
export function actorOf(principal: Principal): string {
  return `user/${principal.userId}`;
}
