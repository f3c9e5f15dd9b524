import { useQuery } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';

/** The latest warnings of every cluster in scope. */
export function useWarnings(scope: { clusters?: string; namespaces?: string }) {
  return useQuery({
    queryKey: ['warnings', scope],
    queryFn: ({ signal }) => api.call(routes.listEvents, { query: { ...scope, type: 'Warning', limit: 25 }, signal }),
    refetchInterval: 10_000,
  });
}
