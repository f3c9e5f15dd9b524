import { useQueries } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import type { ObjectRef } from '../resources/object-ref.ts';

/** What each kind's controller makes: the objects whose controlling owner it is. */
const madeBy: Readonly<Record<string, readonly string[]>> = {
  'deployments.apps': ['replicasets.apps'],
  'replicasets.apps': ['pods'],
  'statefulsets.apps': ['pods'],
  'daemonsets.apps': ['pods'],
  'jobs.batch': ['pods'],
  'cronjobs.batch': ['jobs.batch'],
  replicationcontrollers: ['pods'],
  services: ['endpointslices.discovery.k8s.io'],
};
const namedAtMost = 8;

export type Dependents = { resource: string; total: number; names: string[] };

/** What the garbage collector will take along, by owner references. */
export function useDependents(target: ObjectRef, uid: string | undefined): { groups: Dependents[]; loading: boolean } {
  return useQueries({
    queries: (madeBy[target.resource] ?? []).map((resource) => ({
      queryKey: ['dependents', target.cluster, resource, uid],
      enabled: uid !== undefined,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Dependents> => {
        const list = await api.call(routes.listResources, {
          params: { resource },
          query: {
            clusters: target.cluster,
            limit: namedAtMost,
            ...(target.namespace ? { namespaces: target.namespace } : {}),
            ...(uid ? { owner: uid } : {}),
          },
          signal,
        });
        return { resource, total: list.total, names: list.items.map((row) => row.name) };
      },
    })),
    combine: (results) => ({
      groups: results.flatMap((result) => result.data ?? []),
      loading: results.some((result) => result.isLoading),
    }),
  });
}
