import type { RoutePermission } from '@pilothouse/contract';
import type { Principal } from './principal.ts';

/** What of a request may say who makes it. */
export type Credentials = {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  /** The client's address; behind a trusted proxy the one the proxy gives. */
  readonly address: string;
};

/**
 * Who may do what, asked before every handler. The identity module implements it; the platform refuses whatever it does not pass.
 * Both may answer without a promise, which keeps a cached read short.
 */
export type AccessControl = {
  /** The principal of the credentials; undefined when there are none. Throws `not_signed_in` for credentials that do not hold. */
  authenticate(credentials: Credentials): Principal | undefined | Promise<Principal | undefined>;
  /**
   * Passes, or throws `permission_denied`, or `not_found` for a place the principal may not know of. Not asked for `public` and
   * `signed-in` routes. `params` are the validated path parameters; `request` is for the record of what was refused.
   */
  authorize(
    principal: Principal,
    permission: RoutePermission,
    params: Readonly<Record<string, string>>,
    request?: AskedRequest,
  ): void | Promise<void>;
  /** The principal as it is now, for one kept in a WebSocket ticket. Throws `not_signed_in` when its access has ended. */
  recall(reference: PrincipalReference): Promise<Principal>;
};

/** Which request asks. `operation` is the id of its route. */
export type AskedRequest = { readonly operation: string; readonly requestId: string; readonly address: string };

/** Enough to find a principal again a moment later, in this process or in another replica. */
export type PrincipalReference = Pick<Principal, 'kind' | 'userId' | 'credentialId'>;
