import { routes } from '@pilothouse/contract';
import { implement, type RouteImplementation } from '../../platform/http/route-implementation.ts';
import type { RoleBindingService } from './role-binding-service.ts';
import type { UserService } from './user-service.ts';

export type UserRoutesDeps = { users: UserService; roleBindings: RoleBindingService };

const defaultLimit = 100;

/** What administrators do to accounts and roles. */
export function createUserRoutes({ users, roleBindings }: UserRoutesDeps): RouteImplementation[] {
  return [
    implement(routes.listUsers, ({ query: { limit = defaultLimit, cursor, q } }) => users.list({ limit, cursor, q })),
    implement(routes.createUser, ({ body, context }) => users.create(body, context)),
    implement(routes.updateUser, ({ params, body, context }) => users.update(params.id, body, context)),
    implement(routes.deleteUser, async ({ params, context }) => {
      await users.delete(params.id, context);
      return undefined;
    }),

    implement(routes.listRoleBindings, ({ query: { limit = defaultLimit, cursor, user } }) =>
      roleBindings.list({ limit, cursor, userId: user }),
    ),
    implement(routes.createRoleBinding, ({ body, context }) => roleBindings.create(body, context)),
    implement(routes.deleteRoleBinding, async ({ params, context }) => {
      await roleBindings.delete(params.id, { context });
      return undefined;
    }),
  ];
}
