import type { ClusterAccess } from '@pilothouse/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';

export type Registration = { name: string; access: ClusterAccess; allowPrivateAddress?: boolean; force?: boolean };

export function testAccess({ access, allowPrivateAddress }: Pick<Registration, 'access' | 'allowPrivateAddress'>) {
  return api.call(routes.testAccess, { body: { access, ...(allowPrivateAddress ? { allowPrivateAddress } : {}) } });
}

/** Registers a cluster and lets every list know. */
export function useRegister() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Registration) => api.call(routes.createCluster, { body }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['clusters'] });
      await queries.invalidateQueries({ queryKey: ['kinds'] });
      await queries.invalidateQueries({ queryKey: ['namespaces'] });
    },
  });
}
