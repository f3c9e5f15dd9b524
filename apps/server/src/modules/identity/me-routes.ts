import { type Me, routes } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { Principal } from '../../platform/http/principal.ts';
import { implement, type RouteImplementation } from '../../platform/http/route-implementation.ts';
import type { PersonalTokenService } from './personal-token-service.ts';
import { publicUser } from './public-user.ts';
import type { RoleBindingService } from './role-binding-service.ts';
import type { SessionService } from './session-service.ts';
import type { SignInService } from './sign-in-service.ts';
import type { UserStore } from './user-store.ts';

export type MeRoutesDeps = {
  database: Database;
  users: UserStore;
  roleBindings: RoleBindingService;
  signIn: SignInService;
  sessions: SessionService;
  tokens: PersonalTokenService;
  localMode: boolean;
  version: string;
};

/** What one does to one's own account. A credential of read scope only looks. */
export function createMeRoutes(deps: MeRoutesDeps): RouteImplementation[] {
  const { database, users, roleBindings, signIn, sessions, tokens, localMode, version } = deps;

  async function me(principal: Principal): Promise<Me> {
    const user = await users.find(database.reader, principal.userId);
    if (!user) throw appError('not_signed_in', 'This account is gone.');
    const bindings = await roleBindings.listForUser(user.id);
    return { user: publicUser(user), principal: principal.kind, roleBindings: bindings, localMode, version };
  }

  return [
    implement(routes.me, ({ context }) => me(context.principal)),

    implement(routes.changePassword, async ({ body, context }) => {
      demandWrite(context.principal);
      await signIn.changePassword(body, context);
      return undefined;
    }),

    implement(routes.mySessions, async ({ context: { principal } }) => ({
      items: await sessions.list(principal.userId, principal.credentialId),
    })),

    implement(routes.endSession, async ({ params, context: { principal } }) => {
      demandWrite(principal);
      await sessions.end({ userId: principal.userId, sessionId: params.id, because: 'ended-by-user' });
      return undefined;
    }),

    implement(routes.myTokens, async ({ context }) => ({ items: await tokens.list(context.principal.userId) })),

    implement(routes.createToken, ({ body, context }) => {
      demandWrite(context.principal);
      return tokens.create(body, context);
    }),

    implement(routes.deleteToken, async ({ params, context }) => {
      demandWrite(context.principal);
      await tokens.delete(params.id, context);
      return undefined;
    }),
  ];
}

/** These routes ask for no right of the policy, so what the policy refuses to a credential of read scope is refused here. */
function demandWrite({ scope }: Principal): void {
  if (scope === 'write') return;
  const permission = 'account:update';
  throw appError('permission_denied', 'This token may only read.', { extra: { permission } });
}
