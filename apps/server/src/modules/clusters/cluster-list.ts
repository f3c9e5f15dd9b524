import type { Cluster, clusterRoutes, QueryOf } from '@pilothouse/contract';
import { parseLabelSelector } from '@pilothouse/kube';
import { createPageCursor, pageOf } from '../../platform/http/page-cursor.ts';
import type { Principal } from '../../platform/http/principal.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import type { ClusterStore } from './cluster-store.ts';
import { clusterView } from './cluster-view.ts';

export type ClusterListQuery = QueryOf<typeof clusterRoutes.listClusters>;

const pages = createPageCursor('clusters', 'string');

/** The clusters that a principal may know of, by name. Fleets are hundreds of clusters, so they are filtered in memory. */
export async function listClusters(
  query: ClusterListQuery,
  principal: Principal,
  { store, authorizer }: { store: ClusterStore; authorizer: Authorizer },
): Promise<{ items: Cluster[]; nextCursor?: string }> {
  const { limit = 100, cursor, q, labelSelector, state } = query;
  const after = pages.decode(cursor);
  const selector = labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  const visible = authorizer.visibleClusters(principal);
  const allowed = visible === 'all' ? undefined : new Set(visible);
  const words = (q ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = (await store.list()).filter((record) => {
    if (allowed && !allowed.has(record.id)) return false;
    if (after !== undefined && record.name <= after) return false;
    if (state !== undefined && record.connection.state !== state) return false;
    if (selector && !selector.matches(record.labels)) return false;
    const text =
      `${record.name} ${record.server} ${record.facts?.provider ?? ''} ${record.facts?.version ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const page = pageOf(found.slice(0, limit + 1), { limit, cursor: pages, placeOf: (record) => record.name });
  return { ...page, items: page.items.map((record) => clusterView(record, principal, authorizer)) };
}
