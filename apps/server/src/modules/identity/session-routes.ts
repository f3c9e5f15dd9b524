import { routes, type Session } from '@pilothouse/contract';
import { appError, isAppError } from '@pilothouse/core';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { implement, type RouteImplementation } from '../../platform/http/route-implementation.ts';
import type { FirstAdmin } from './first-admin.ts';
import type { LocalAccess } from './local-access.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import type { Client, IssuedSession, SessionService } from './session-service.ts';
import type { SignInService } from './sign-in-service.ts';

export type SessionRoutesDeps = {
  firstAdmin: FirstAdmin;
  signIn: SignInService;
  sessions: SessionService;
  /** Only in local mode. */
  localAccess: LocalAccess | undefined;
  cookie: RefreshCookie;
  /** The session of an access token, for a sign-out without the cookie. */
  sessionOf(authorization: string | undefined): Promise<{ userId: string; sessionId: string } | undefined>;
};

/** The ways into a session and out of it. They are public, and the only ones that read or set the cookie. */
export function createSessionRoutes(deps: SessionRoutesDeps): RouteImplementation[] {
  const { firstAdmin, signIn, sessions, localAccess, cookie, sessionOf } = deps;

  function give(context: RequestContext, issued: IssuedSession): Session {
    cookie.set(context, issued.refreshToken, issued.refreshExpiresAt);
    return issued.session;
  }

  return [
    implement(routes.setupStatus, async () => ({
      needed: await firstAdmin.isNeeded(),
      localMode: localAccess !== undefined,
    })),

    implement(routes.setup, async ({ body, context }) =>
      give(context, await firstAdmin.complete(body, clientOf(context), context)),
    ),

    implement(routes.signIn, async ({ body, context }) =>
      give(context, await signIn.signIn(body, clientOf(context), context)),
    ),

    implement(routes.signInOnce, async ({ body, context }) => {
      if (!localAccess) throw appError('setup_link_invalid', 'Sign-in links exist in local mode only.');
      return give(context, await localAccess.signIn(body.token, clientOf(context), context));
    }),

    implement(routes.refresh, async ({ context }) => {
      try {
        const { requestId } = context;
        return give(context, await sessions.refresh(cookie.read(context), { ...clientOf(context), requestId }));
      } catch (error) {
        // A cookie that will never work again only makes noise. Not when the database is away: then it may work later.
        if (isAppError(error) && error.kind === 'unauthenticated') cookie.clear(context);
        throw error;
      }
    }),

    implement(routes.signOut, async ({ context }) => {
      const refreshToken = cookie.read(context);
      if (refreshToken !== undefined) await sessions.endByRefreshToken(refreshToken);
      const session = await sessionOf(context.request.headers.authorization);
      if (session) await sessions.end({ ...session, because: 'signed-out' });
      cookie.clear(context);
      return undefined;
    }),
  ];
}

export function clientOf({ address, request }: RequestContext): Client {
  return { address, userAgent: request.headers['user-agent'] };
}
