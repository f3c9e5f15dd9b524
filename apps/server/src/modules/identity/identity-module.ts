import { type Clock, isAppError, type Logger } from '@pilothouse/core';
import type { ServerConfig } from '../../platform/config/config-schema.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Doorbell } from '../../platform/events/doorbell.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { AccessControl } from '../../platform/http/access-control.ts';
import type { ServerModule } from '../../platform/module.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { createAccessChanges } from './access-changes.ts';
import { createAccessControl } from './access-control.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';
import type { ClusterNames } from './cluster-names.ts';
import { createCredentialSource } from './credential-source.ts';
import { createCredentialUseStore } from './credential-use-store.ts';
import { createFirstAdmin, type FirstAdmin } from './first-admin.ts';
import { createIdentityUpkeep } from './identity-upkeep.ts';
import { createLastAdmin } from './last-admin.ts';
import { createLocalAccess } from './local-access.ts';
import { createMeRoutes } from './me-routes.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
import { createPersonalTokenService } from './personal-token-service.ts';
import { createPersonalTokenStore } from './personal-token-store.ts';
import { createPrincipalCache } from './principal-cache.ts';
import { createRefreshCookie } from './refresh-cookie.ts';
import { createRoleBindingService, type RoleBindingService } from './role-binding-service.ts';
import { createRoleBindingStore } from './role-binding-store.ts';
import { createSessionRoutes } from './session-routes.ts';
import { createSessionService } from './session-service.ts';
import { createSessionStore } from './session-store.ts';
import { createSetupLinkStore } from './setup-link-store.ts';
import { createSignInService } from './sign-in-service.ts';
import { createSignInThrottle } from './sign-in-throttle-store.ts';
import { setUpUnattended } from './unattended-setup.ts';
import { createUserRoutes } from './user-routes.ts';
import { createUserService } from './user-service.ts';
import { createUserStore } from './user-store.ts';

export type IdentityModuleDeps = {
  database: Database;
  events: EventLog;
  doorbell: Doorbell;
  clusters: ClusterNames;
  audit: AuditLog;
  clock: Clock;
  log: Logger;
  version: string;
  config: Pick<
    ServerConfig,
    'local' | 'data' | 'publicUrl' | 'tlsCertificate' | 'adminEmail' | 'adminPasswordFile' | 'adminTokenFile'
  >;
  /** Default: argon2id. */
  hasher?: PasswordHasher;
};

export type IdentityModule = ServerModule & {
  /** For the HTTP server. */
  readonly access: AccessControl;
  readonly authorizer: Authorizer;
  readonly roleBindings: RoleBindingService;
  /** Makes the administrator that the configuration names. Before the server listens. Throws `invalid_config`. */
  setUpUnattended(): Promise<void>;
  /**
   * The path to print behind the server's address at its start, for the one person at the terminal: `/sign-in#token=…` in local mode,
   * `/setup#token=…` while there is no administrator. Never log it: it is a key.
   */
  startPath(): Promise<string | undefined>;
};

export function createIdentityModule(deps: IdentityModuleDeps): IdentityModule {
  const { database, events, doorbell, clusters, audit, clock, version, config } = deps;
  const log = deps.log.with({ module: 'identity' });
  const { local: localMode } = config;
  const hasher = deps.hasher ?? createPasswordHasher();

  const users = createUserStore();
  const bindings = createRoleBindingStore();
  const sessionStore = createSessionStore(database);
  const tokenStore = createPersonalTokenStore();
  const throttle = createSignInThrottle({ database, clock });

  const source = createCredentialSource({ database, bindings, clock, localMode });
  const cache = createPrincipalCache({ source, clock });
  const changes = createAccessChanges({ database, events, doorbell, cache, log });
  const authorizer = createAuthorizer({ clock });
  const access = createAccessControl({ cache, authorizer, clusters, audit });
  const lastAdmin = createLastAdmin({ database, bindings });

  const common = { database, users, changes, audit, clock };
  const sessions = createSessionService({ ...common, sessions: sessionStore, localMode });
  const tokens = createPersonalTokenService({ ...common, tokens: tokenStore });
  const roleBindings = createRoleBindingService({ ...common, bindings, clusters, lastAdmin });
  const signIn = createSignInService({ ...common, sessionStore, sessions, throttle, hasher });
  const userService = createUserService({ ...common, sessions, lastAdmin, hasher, localMode });
  const links = createSetupLinkStore();
  const firstAdmin: FirstAdmin = createFirstAdmin({ ...common, bindings, links, sessions, hasher, localMode });
  const localAccess = localMode
    ? createLocalAccess({ dataFolder: config.data, firstAdmin, sessions, tokens, tokenStore, changes, audit })
    : undefined;
  const https = config.tlsCertificate !== undefined || (config.publicUrl?.startsWith('https:') ?? false);

  /** A token that is not good any more is no session to end. */
  async function sessionOf(authorization: string | undefined) {
    try {
      const principal = await access.authenticate({ authorization, cookie: undefined, address: '' });
      return principal?.kind === 'session'
        ? { userId: principal.userId, sessionId: principal.credentialId }
        : undefined;
    } catch (error) {
      if (isAppError(error) && error.kind === 'unauthenticated') return undefined;
      throw error;
    }
  }

  const uses = createCredentialUseStore({ database });
  const upkeep = createIdentityUpkeep({
    database,
    events,
    doorbell,
    cache,
    uses,
    sessions: sessionStore,
    throttle,
    clock,
    log,
  });
  return {
    name: 'identity',
    access,
    authorizer,
    roleBindings,
    routes: [
      ...createSessionRoutes({
        firstAdmin,
        signIn,
        sessions,
        localAccess,
        cookie: createRefreshCookie({ https }),
        sessionOf,
      }),
      ...createMeRoutes({ database, users, roleBindings, signIn, sessions, tokens, localMode, version }),
      ...createUserRoutes({ users: userService, roleBindings }),
    ],
    services: [upkeep, ...(localAccess ? [localAccess.service] : [])],
    setUpUnattended: () => setUpUnattended(config, { firstAdmin, tokens, log }),
    async startPath() {
      if (localAccess) return `/sign-in#token=${localAccess.linkToken}`;
      const token = await firstAdmin.createLinkToken();
      return token === undefined ? undefined : `/setup#token=${token}`;
    },
  };
}
