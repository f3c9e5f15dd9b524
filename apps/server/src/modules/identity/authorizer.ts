import type { Noun, Verb } from '@pilothouse/contract';
import { appError, type Clock, systemClock } from '@pilothouse/core';
import type { Grant, Principal } from '../../platform/http/principal.ts';
import { type Reach, roleIncludes, ruleFor } from './policy.ts';

/** A right on something. `clusterId` is the id, never the name. Without `namespace`: cluster-scoped objects, or all namespaces at once. */
export type AccessRequest = {
  readonly noun: Noun;
  readonly verb: Verb;
  readonly clusterId?: string | undefined;
  readonly namespace?: string | undefined;
};

/** Answers from the principal alone, without I/O, so it may be asked for every row. */
export type Authorizer = {
  can(principal: Principal, request: AccessRequest): boolean;
  /** Like `can`, or in at least one namespace. For routes that name no namespace and check each object themselves. */
  canSomewhere(principal: Principal, request: AccessRequest): boolean;
  /** Passes, or throws: 404 when the principal may not even know of the place, 403 with the missing `permission` otherwise. */
  demand(principal: Principal, request: AccessRequest): void;
  /** Ids of the clusters the principal may know of. */
  visibleClusters(principal: Principal): 'all' | readonly string[];
  /** The namespaces of a cluster where the principal holds the right; an empty list: nowhere. */
  namespacesFor(principal: Principal, right: { clusterId: string; noun: Noun; verb: Verb }): 'all' | readonly string[];
};

const safeVerbs: readonly string[] = ['list', 'read'];

/** The message is the same for what does not exist and for what one may not know of. */
export function unknownPlace(): Error {
  return appError('not_found', 'There is nothing of that name, or nothing you may see.');
}

function isCurrent(grant: Grant, now: number): boolean {
  return grant.expiresAt === undefined || now < grant.expiresAt;
}

function reaches(grant: Grant, reach: Reach, request: AccessRequest): boolean {
  if (grant.clusterId === undefined) return grant.namespaces === undefined;
  if (reach === 'platform' || grant.clusterId !== request.clusterId) return false;
  if (reach === 'presence' || grant.namespaces === undefined) return true;
  return reach === 'namespace' && request.namespace !== undefined && grant.namespaces.includes(request.namespace);
}

export function createAuthorizer(options: { clock?: Clock } = {}): Authorizer {
  const { clock = systemClock } = options;

  /** The grants that give the verb on the noun as far as role, scope of the credential and the clock go; where, is up to the caller. */
  function grantsFor(principal: Principal, noun: string, verb: string): { grants: Grant[]; reach: Reach } | undefined {
    const rule = ruleFor(noun, verb);
    if (!rule) return undefined;
    if (principal.scope !== 'write' && !safeVerbs.includes(verb)) return undefined;
    const now = clock.now();
    const grants = principal.grants.filter((grant) => isCurrent(grant, now) && roleIncludes(grant.role, rule.role));
    return { grants, reach: rule.reach };
  }

  function can(principal: Principal, request: AccessRequest): boolean {
    const found = grantsFor(principal, request.noun, request.verb);
    return found?.grants.some((grant) => reaches(grant, found.reach, request)) ?? false;
  }

  function namespacesFor(
    principal: Principal,
    { clusterId, noun, verb }: { clusterId: string; noun: Noun; verb: Verb },
  ): 'all' | readonly string[] {
    if (can(principal, { noun, verb, clusterId })) return 'all';
    const found = grantsFor(principal, noun, verb);
    if (found?.reach !== 'namespace') return [];
    const here = found.grants.filter((grant) => grant.clusterId === clusterId);
    return [...new Set(here.flatMap((grant) => grant.namespaces ?? []))].sort();
  }

  function canSomewhere(principal: Principal, request: AccessRequest): boolean {
    if (can(principal, request)) return true;
    const { clusterId, noun, verb } = request;
    return clusterId !== undefined && namespacesFor(principal, { clusterId, noun, verb }).length > 0;
  }

  /** Whether the principal may know of the place at all; what it may do there is another question. */
  function mayKnow(principal: Principal, { clusterId, namespace }: AccessRequest): boolean {
    if (clusterId === undefined) return true;
    if (!can(principal, { noun: 'cluster', verb: 'read', clusterId })) return false;
    return namespace === undefined || can(principal, { noun: 'resource', verb: 'list', clusterId, namespace });
  }

  return {
    can,
    canSomewhere,
    namespacesFor,
    demand(principal, request) {
      if (can(principal, request)) return;
      if (!mayKnow(principal, request)) throw unknownPlace();
      const permission = `${request.noun}:${request.verb}`;
      throw appError('permission_denied', `You need the permission ${permission} for this.`, { extra: { permission } });
    },
    visibleClusters(principal) {
      const found = grantsFor(principal, 'cluster', 'read');
      if (!found) return [];
      if (found.grants.some((grant) => grant.clusterId === undefined && grant.namespaces === undefined)) return 'all';
      return [...new Set(found.grants.flatMap((grant) => grant.clusterId ?? []))].sort();
    },
  };
}
