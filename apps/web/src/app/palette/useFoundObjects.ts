import type { ResourceRow } from '@pilothouse/contract';
import { useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, routes } from '../api.ts';

/** Kinds that people look for by name. The others are found through their tables. */
const searched = [
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'services',
  'ingresses.networking.k8s.io',
  'configmaps',
  'secrets',
  'nodes',
];
const shortest = 2;
const each = 5;

/** Objects of every cluster whose name or namespace has the words, while one types. */
export function useFoundObjects(query: string): {
  items: { resource: string; row: ResourceRow }[];
  searching: boolean;
} {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(query.trim()), 180);
    return () => clearTimeout(timer);
  }, [query]);
  return useQueries({
    queries: searched.map((resource) => ({
      queryKey: ['found', resource, settled],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const list = await api.call(routes.listResources, {
          params: { resource },
          query: { q: settled, limit: each, wait: 500 },
          signal,
        });
        return list.items.filter((row) => row.name.includes(settled.toLowerCase().split(/\s+/)[0] ?? ''));
      },
      enabled: settled.length >= shortest,
      staleTime: 10_000,
      retry: false,
    })),
    combine: (results) => ({
      searching: results.some((result) => result.isFetching),
      items: results.flatMap((result, index) =>
        (result.data ?? []).map((row) => ({ resource: searched[index] ?? '', row })),
      ),
    }),
  });
}
