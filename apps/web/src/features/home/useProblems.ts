import type { ResourceRow } from '@pilothouse/contract';
import { isAppError } from '@pilothouse/core';
import { useQueries } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { kindTitle } from '../resources/kind-groups.ts';

/** Kinds that can be degraded and that somebody must look after. What they own (replica sets, endpoints) would only say it twice. */
const watched = [
  'nodes',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'pods',
  'jobs.batch',
  'services',
  'ingresses.networking.k8s.io',
  'persistentvolumeclaims',
  'horizontalpodautoscalers.autoscaling',
] as const;
const each = 20;

export type Problems = {
  counts: { resource: string; kind: string; total: number }[];
  rows: { resource: string; row: ResourceRow }[];
  failures: string[];
  loading: boolean;
  error: unknown;
  retry(): void;
};

/** Degraded objects of every cluster in scope, newest first within a kind; refreshed every ten seconds. */
export function useProblems(scope: { clusters?: string; namespaces?: string }): Problems {
  return useQueries({
    queries: watched.map((resource) => ({
      queryKey: ['problems', resource, scope],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.call(routes.listResources, {
          params: { resource },
          query: { ...scope, health: 'degraded', sort: 'age', limit: each },
          signal,
        }),
      refetchInterval: 10_000,
    })),
    combine: (results) => {
      const lists = results.map((result) => result.data);
      // A kind that no cluster serves is no failure of the page.
      const errors = results
        .map((result) => result.error)
        .filter((error) => error && !(isAppError(error) && error.kind === 'not-found'));
      return {
        counts: watched.map((resource, index) => ({
          resource,
          kind: lists[index]?.kind ?? kindTitle(resource, []),
          total: lists[index]?.total ?? 0,
        })),
        rows: watched.flatMap((resource, index) => (lists[index]?.items ?? []).map((row) => ({ resource, row }))),
        failures: [...new Set(lists.flatMap((list) => list?.failures.map((failure) => failure.cluster) ?? []))],
        loading: results.some((result) => result.isLoading),
        error: errors[0],
        retry: () => {
          for (const result of results) void result.refetch();
        },
      };
    },
  });
}
