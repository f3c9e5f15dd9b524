import type { RoutePermission } from '@pilothouse/contract';
import { appError, isAppError } from '@pilothouse/core';
import type { AccessControl, AskedRequest } from '../../platform/http/access-control.ts';
import type { Principal } from '../../platform/http/principal.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import { type Authorizer, unknownPlace } from './authorizer.ts';
import type { ClusterNames } from './cluster-names.ts';
import { ruleFor } from './policy.ts';
import type { PrincipalCache } from './principal-cache.ts';
import { hashOfSecretToken, kindOfSecretToken } from './secret-token.ts';

export type AccessControlDeps = {
  cache: PrincipalCache;
  authorizer: Authorizer;
  clusters: ClusterNames;
  audit: AuditLog;
};

type ScopedPermission = Extract<RoutePermission, { noun: unknown }>;
type Params = Readonly<Record<string, string>>;

const bearer = /^Bearer +(\S+) *$/i;
/** How a path says that the object is in no namespace. */
const noNamespace = '-';

export function createAccessControl({ cache, authorizer, clusters, audit }: AccessControlDeps): AccessControl {
  function demandOnCluster(
    principal: Principal,
    permission: ScopedPermission,
    place: { clusterId: string; namespace: string | undefined },
  ): void {
    const { noun, verb } = permission;
    const { clusterId, namespace } = place;
    const request = { noun, verb, clusterId, namespace: namespace === noNamespace ? undefined : namespace };
    // A path that names no namespace at all (apply) is open with the right anywhere on the cluster; its service checks each object.
    const isForService = namespace === undefined && ruleFor(noun, verb)?.reach === 'namespace';
    if (isForService && authorizer.canSomewhere(principal, request)) return;
    authorizer.demand(principal, request);
  }

  function authorizeOnCluster(
    principal: Principal,
    permission: ScopedPermission,
    params: Params,
  ): void | Promise<void> {
    const { cluster = '', namespace } = params;
    const demand = (clusterId: string) => demandOnCluster(principal, permission, { clusterId, namespace });
    const known = clusters.find(cluster);
    return known ? demand(known.id) : clusters.resolve(cluster).then(({ id }) => demand(id));
  }

  function check(principal: Principal, permission: RoutePermission, params: Params): void | Promise<void> {
    switch (permission.level) {
      case 'public':
      case 'signed-in':
        return;
      case 'platform':
        return authorizer.demand(principal, { noun: permission.noun, verb: permission.verb });
      case 'cluster':
        return authorizeOnCluster(principal, permission, params);
      case 'filtered':
        // Everyone may ask; the service answers with what they hold the right for. A right that is in no row is held by nobody.
        if (ruleFor(permission.noun, permission.verb)) return;
        throw unknownPlace();
      default:
        throw appError('permission_denied', 'This route is open to nobody.');
    }
  }

  /** What was tried to change and refused is worth an entry; a list that somebody may not see is not. */
  async function recordDenial(
    principal: Principal,
    error: unknown,
    asked: AskedRequest & { params: Params },
  ): Promise<never> {
    if (isAppError(error) && error.code === 'permission_denied') {
      const { operation, requestId, address, params } = asked;
      const { cluster } = params;
      await audit.record({
        ...auditedRequest({ signedIn: principal, requestId, address }),
        verb: operation,
        object: Object.values(params).join('/') || operation,
        result: 'denied',
        ...(cluster === undefined ? {} : { cluster }),
        details: { permission: error.extra.permission },
      });
    }
    throw error;
  }

  return {
    authenticate({ authorization }) {
      if (authorization === undefined) return undefined;
      const token = bearer.exec(authorization)?.[1] ?? '';
      const kind = kindOfSecretToken(token);
      if (kind !== 'access' && kind !== 'personal') throw notSignedIn();
      const found = cache.byTokenHash(hashOfSecretToken(token));
      if (!(found instanceof Promise)) return found ?? refuse();
      return found.then((principal) => principal ?? refuse());
    },

    authorize(principal, permission, params, request) {
      const isRead = !('verb' in permission) || permission.verb === 'list' || permission.verb === 'read';
      const record = (error: unknown) => {
        if (isRead || !request) throw error;
        return recordDenial(principal, error, { ...request, params });
      };
      try {
        const answer = check(principal, permission, params);
        return answer instanceof Promise ? answer.catch(record) : answer;
      } catch (error) {
        return record(error);
      }
    },

    async recall({ kind, credentialId }) {
      const key = kind === 'session' ? (`session/${credentialId}` as const) : (`token/${credentialId}` as const);
      return (await cache.byKey(key)) ?? refuse();
    },
  };
}

function refuse(): never {
  throw notSignedIn();
}

function notSignedIn(): Error {
  return appError('not_signed_in', 'This session or token is not valid, or not any more. Sign in again.');
}
