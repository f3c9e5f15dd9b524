import type { Noun, Verb } from '@pilothouse/contract';
import type { Principal } from '../../platform/http/principal.ts';
import type { ClusterDirectory, ClusterEntry } from '../clusters/cluster-directory.ts';
import { type Authorizer, unknownPlace } from '../identity/authorizer.ts';
import type { ClusterScope } from './resource-sources.ts';
import { listOf } from './table/row-filter.ts';

export type ClusterScopesDeps = { directory: Pick<ClusterDirectory, 'all' | 'resolve'>; authorizer: Authorizer };

/** The clusters a request is about and how much of each its principal may see. */
export type ClusterScopes = (
  principal: Principal,
  clusters: string | undefined,
  right?: { noun: Noun; verb: Verb },
) => Promise<ClusterScope[]>;

export function createClusterScopes({ directory, authorizer }: ClusterScopesDeps): ClusterScopes {
  function scopeOf(
    entry: ClusterEntry,
    principal: Principal,
    options: { named: boolean; right: { noun: Noun; verb: Verb } },
  ): ClusterScope {
    const namespaces = authorizer.namespacesFor(principal, { clusterId: entry.id, ...options.right });
    return {
      id: entry.id,
      name: entry.name,
      namespaces: namespaces === 'all' ? 'all' : new Set(namespaces),
      named: options.named,
      ...(entry.impersonate ? { actor: principal } : {}),
    };
  }

  return async (principal, clusters, right = { noun: 'resource', verb: 'list' }) => {
    const visible = authorizer.visibleClusters(principal);
    const mayKnow = (entry: ClusterEntry) => visible === 'all' || visible.includes(entry.id);
    const names = [...new Set(listOf(clusters ?? ''))];
    if (names.length === 0)
      return directory
        .all()
        .filter(mayKnow)
        .map((entry) => scopeOf(entry, principal, { named: false, right }))
        .filter((scope) => scope.namespaces === 'all' || scope.namespaces.size > 0);
    const entries = await Promise.all(names.map((name) => directory.resolve(name)));
    if (!entries.every(mayKnow)) throw unknownPlace();
    const unique = new Map(entries.map((entry) => [entry.id, entry]));
    return [...unique.values()].map((entry) => scopeOf(entry, principal, { named: true, right }));
  };
}
