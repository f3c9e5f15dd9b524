import Type, { type Static } from 'typebox';
import { roles } from './permission.ts';
import { defineRoute } from './route.ts';
import { Closed, Id, OneOf, Page, pageQuery, Timestamp } from './schema.ts';

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' });
const Password = Type.String({ minLength: 12, maxLength: 1024, description: 'At least 12 characters.' });

export const User = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  disabled: Type.Boolean(),
  createdAt: Timestamp,
  lastSeenAt: Type.Optional(Timestamp),
});
export type User = Static<typeof User>;

/** A role given to a user, on the whole installation or on one cluster, optionally in some namespaces and until some time. */
export const RoleBinding = Type.Object({
  id: Id,
  user: Type.Object({ id: Id, email: Type.String(), name: Type.String() }),
  role: OneOf(roles),
  cluster: Type.Optional(Type.String({ description: 'The cluster name; absent: the whole installation.' })),
  namespaces: Type.Optional(
    Type.Array(Type.String(), { description: 'Absent: every namespace and cluster-scoped objects.' }),
  ),
  expiresAt: Type.Optional(Timestamp),
  createdAt: Timestamp,
});
export type RoleBinding = Static<typeof RoleBinding>;

/** What a sign-in or refresh answers. The refresh token travels only in the `pilothouse_refresh` HttpOnly cookie. */
export const Session = Type.Object({
  accessToken: Type.String({ description: 'Send as `Authorization: Bearer …`. Keep in memory only.' }),
  expiresAt: Timestamp,
  user: User,
});
export type Session = Static<typeof Session>;

export const Me = Type.Object({
  user: User,
  /** How this principal came in. */
  principal: OneOf(['session', 'token', 'local']),
  roleBindings: Type.Array(RoleBinding),
  localMode: Type.Boolean({ description: 'The server runs on one person’s machine (`npm start`).' }),
  version: Type.String(),
});
export type Me = Static<typeof Me>;

export const SessionSummary = Type.Object({
  id: Id,
  current: Type.Boolean(),
  userAgent: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  createdAt: Timestamp,
  lastUsedAt: Timestamp,
  expiresAt: Timestamp,
});
export type SessionSummary = Static<typeof SessionSummary>;

export const tokenScopes = ['read', 'write'] as const;
export const PersonalToken = Type.Object({
  id: Id,
  name: Type.String(),
  scope: OneOf(tokenScopes, 'read: safe methods only; write: all that the user may do.'),
  prefix: Type.String({ description: 'The first characters, to recognise it by.' }),
  createdAt: Timestamp,
  expiresAt: Type.Optional(Timestamp),
  lastUsedAt: Type.Optional(Timestamp),
});
export type PersonalToken = Static<typeof PersonalToken>;

const idParams = Closed({ id: Id });

export const identityRoutes = {
  setupStatus: defineRoute({
    id: 'setup.read',
    method: 'GET',
    path: '/api/v1/setup',
    tag: 'identity',
    summary: 'Whether the first administrator is still to be made',
    permission: { level: 'public' },
    response: Type.Object({ needed: Type.Boolean(), localMode: Type.Boolean() }),
  }),
  setup: defineRoute({
    id: 'setup.complete',
    method: 'POST',
    path: '/api/v1/setup',
    tag: 'identity',
    summary: 'Make the first administrator with the one-time set-up link',
    permission: { level: 'public' },
    rateLimit: 'sign-in',
    body: Closed({
      token: Type.String({ maxLength: 200 }),
      email: Email,
      name: Type.String({ minLength: 1, maxLength: 200 }),
      password: Password,
    }),
    response: Session,
    status: 201,
  }),
  signIn: defineRoute({
    id: 'session.create',
    method: 'POST',
    path: '/api/v1/auth/sign-in',
    tag: 'identity',
    summary: 'Sign in with e-mail address and password',
    permission: { level: 'public' },
    rateLimit: 'sign-in',
    body: Closed({ email: Email, password: Type.String({ maxLength: 1024 }) }),
    response: Session,
  }),
  signInOnce: defineRoute({
    id: 'session.createOnce',
    method: 'POST',
    path: '/api/v1/auth/sign-in-once',
    tag: 'identity',
    summary: 'Sign in with the one-time link that local mode prints',
    permission: { level: 'public' },
    rateLimit: 'sign-in',
    body: Closed({ token: Type.String({ maxLength: 200 }) }),
    response: Session,
  }),
  refresh: defineRoute({
    id: 'session.refresh',
    method: 'POST',
    path: '/api/v1/auth/refresh',
    tag: 'identity',
    summary: 'A new access token for the refresh cookie, which is rotated',
    permission: { level: 'public' },
    response: Session,
  }),
  signOut: defineRoute({
    id: 'session.end',
    method: 'POST',
    path: '/api/v1/auth/sign-out',
    tag: 'identity',
    summary: 'End this session',
    permission: { level: 'public' },
  }),
  me: defineRoute({
    id: 'me.read',
    method: 'GET',
    path: '/api/v1/me',
    tag: 'identity',
    summary: 'Who I am and what I may do',
    permission: { level: 'signed-in' },
    response: Me,
  }),
  changePassword: defineRoute({
    id: 'me.changePassword',
    method: 'POST',
    path: '/api/v1/me/password',
    tag: 'identity',
    summary: 'Change my password; ends my other sessions',
    permission: { level: 'signed-in' },
    rateLimit: 'sign-in',
    body: Closed({ currentPassword: Type.String({ maxLength: 1024 }), newPassword: Password }),
  }),
  mySessions: defineRoute({
    id: 'me.listSessions',
    method: 'GET',
    path: '/api/v1/me/sessions',
    tag: 'identity',
    summary: 'My sessions',
    permission: { level: 'signed-in' },
    response: Page(SessionSummary),
  }),
  endSession: defineRoute({
    id: 'me.endSession',
    method: 'DELETE',
    path: '/api/v1/me/sessions/:id',
    tag: 'identity',
    summary: 'Revoke one of my sessions',
    permission: { level: 'signed-in' },
    params: idParams,
  }),
  myTokens: defineRoute({
    id: 'me.listTokens',
    method: 'GET',
    path: '/api/v1/me/tokens',
    tag: 'identity',
    summary: 'My personal tokens',
    permission: { level: 'signed-in' },
    response: Page(PersonalToken),
  }),
  createToken: defineRoute({
    id: 'me.createToken',
    method: 'POST',
    path: '/api/v1/me/tokens',
    tag: 'identity',
    summary: 'Make a personal token; its value is shown once',
    permission: { level: 'signed-in' },
    body: Closed({
      name: Type.String({ minLength: 1, maxLength: 100 }),
      scope: OneOf(tokenScopes),
      expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 366, description: 'Default 90.' })),
    }),
    response: Type.Object({
      token: PersonalToken,
      value: Type.String({ description: 'The secret; not stored in clear and never shown again.' }),
    }),
    status: 201,
  }),
  deleteToken: defineRoute({
    id: 'me.deleteToken',
    method: 'DELETE',
    path: '/api/v1/me/tokens/:id',
    tag: 'identity',
    summary: 'Revoke one of my personal tokens',
    permission: { level: 'signed-in' },
    params: idParams,
  }),

  listUsers: defineRoute({
    id: 'user.list',
    method: 'GET',
    path: '/api/v1/users',
    tag: 'users',
    summary: 'Users',
    permission: { level: 'platform', noun: 'user', verb: 'list' },
    query: Closed({ ...pageQuery, q: Type.Optional(Type.String({ maxLength: 200 })) }),
    response: Page(User),
  }),
  createUser: defineRoute({
    id: 'user.create',
    method: 'POST',
    path: '/api/v1/users',
    tag: 'users',
    summary: 'Add a local account',
    permission: { level: 'platform', noun: 'user', verb: 'create' },
    body: Closed({ email: Email, name: Type.String({ minLength: 1, maxLength: 200 }), password: Password }),
    response: User,
    status: 201,
  }),
  updateUser: defineRoute({
    id: 'user.update',
    method: 'PATCH',
    path: '/api/v1/users/:id',
    tag: 'users',
    summary: 'Rename, disable or enable a user, or set a password',
    permission: { level: 'platform', noun: 'user', verb: 'update' },
    params: idParams,
    body: Closed({
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      disabled: Type.Optional(Type.Boolean()),
      password: Type.Optional(Password),
    }),
    response: User,
  }),
  deleteUser: defineRoute({
    id: 'user.delete',
    method: 'DELETE',
    path: '/api/v1/users/:id',
    tag: 'users',
    summary: 'Remove a user with all sessions, tokens and roles',
    permission: { level: 'platform', noun: 'user', verb: 'delete' },
    params: idParams,
  }),
  listRoleBindings: defineRoute({
    id: 'roleBinding.list',
    method: 'GET',
    path: '/api/v1/role-bindings',
    tag: 'users',
    summary: 'Roles given on the whole installation and on clusters',
    permission: { level: 'platform', noun: 'role-binding', verb: 'list' },
    query: Closed({ ...pageQuery, user: Type.Optional(Id) }),
    response: Page(RoleBinding),
  }),
  createRoleBinding: defineRoute({
    id: 'roleBinding.create',
    method: 'POST',
    path: '/api/v1/role-bindings',
    tag: 'users',
    summary: 'Give a user a role on the whole installation',
    permission: { level: 'platform', noun: 'role-binding', verb: 'create' },
    body: Closed({
      user: Type.String({ description: 'User id or e-mail address.' }),
      role: OneOf(roles),
      expiresAt: Type.Optional(Timestamp),
    }),
    response: RoleBinding,
    status: 201,
  }),
  deleteRoleBinding: defineRoute({
    id: 'roleBinding.delete',
    method: 'DELETE',
    path: '/api/v1/role-bindings/:id',
    tag: 'users',
    summary: 'Take a role back',
    permission: { level: 'platform', noun: 'role-binding', verb: 'delete' },
    params: idParams,
  }),
};
