import { queryOptions } from '@tanstack/react-query';
import { api, routes } from './api.ts';

/** What several pages read, in one place so that they share one copy. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.call(routes.me, { signal }),
  staleTime: 60_000,
});

export const clustersQuery = queryOptions({
  queryKey: ['clusters'],
  queryFn: async ({ signal }) => (await api.call(routes.listClusters, { query: { limit: 1000 }, signal })).items,
  refetchInterval: 30_000,
});

export const clusterQuery = (cluster: string) =>
  queryOptions({
    queryKey: ['clusters', cluster],
    queryFn: ({ signal }) => api.call(routes.getCluster, { params: { cluster }, signal }),
  });

export const kindsQuery = (clusters: string | undefined) =>
  queryOptions({
    queryKey: ['kinds', clusters ?? ''],
    queryFn: ({ signal }) => api.call(routes.listKinds, { query: clusters ? { clusters } : {}, signal }),
    staleTime: 60_000,
  });

export const namespacesQuery = (clusters: string | undefined) =>
  queryOptions({
    queryKey: ['namespaces', clusters ?? ''],
    queryFn: ({ signal }) => api.call(routes.listNamespaces, { query: clusters ? { clusters } : {}, signal }),
    staleTime: 30_000,
  });
