import { useNavigate, useSearch } from '@tanstack/react-router';
import { listOf, textOf } from './search-params.ts';

/** Which clusters and namespaces everything on the page is about; empty means all. It lives in the URL. */
export type Scope = { clusters: string[]; namespaces: string[] };

export function useScope(): Scope & { set(change: Partial<Scope>): void } {
  const search = useSearch({ strict: false }) as { clusters?: string; ns?: string };
  const navigate = useNavigate();
  return {
    clusters: listOf(search.clusters),
    namespaces: listOf(search.ns),
    set({ clusters, namespaces }) {
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) => ({
          ...before,
          ...(clusters ? { clusters: textOf(clusters) } : {}),
          ...(namespaces ? { ns: textOf(namespaces) } : {}),
        }),
      } as never);
    },
  };
}

/** The scope as the API's filter takes it. */
export function scopeQuery({ clusters, namespaces }: Scope): { clusters?: string; namespaces?: string } {
  return {
    ...(clusters.length > 0 ? { clusters: clusters.join(',') } : {}),
    ...(namespaces.length > 0 ? { namespaces: namespaces.join(',') } : {}),
  };
}
