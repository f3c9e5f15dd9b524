import { useQuery } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';

export const acts = ['edit', 'delete', 'scale', 'restart', 'logs', 'shell', 'reveal'] as const;
export type Act = (typeof acts)[number];
/** For each act why it is denied; undefined where it is allowed or not known yet. */
export type Denials = Partial<Record<Act, string>>;

function reviewOf(act: Act, ref: ObjectRef) {
  const on = { ...(ref.namespace ? { namespace: ref.namespace } : {}), name: ref.name };
  switch (act) {
    case 'edit':
    case 'restart':
      return { verb: 'patch', resource: ref.resource, ...on };
    case 'delete':
      return { verb: 'delete', resource: ref.resource, ...on };
    case 'scale':
      return { verb: 'patch', resource: ref.resource, subresource: 'scale', ...on };
    case 'logs':
      return {
        verb: 'get',
        resource: 'pods',
        subresource: 'log',
        ...(ref.namespace ? { namespace: ref.namespace } : {}),
      };
    case 'shell':
      return { verb: 'create', resource: 'pods', subresource: 'exec', ...on };
    case 'reveal':
      return { verb: 'get', resource: 'secrets', ...on };
  }
}

/** What this person may do to an object, asked of our policy and of the cluster. */
export function useAccess(ref: ObjectRef): Denials {
  const { data } = useQuery({
    queryKey: ['access', ref.cluster, ref.resource, ref.namespace, ref.name],
    queryFn: async ({ signal }) => {
      const { results } = await api.call(routes.reviewAccess, {
        params: { cluster: ref.cluster },
        body: { reviews: acts.map((act) => reviewOf(act, ref)) },
        signal,
      });
      const denials: Denials = {};
      for (const [index, act] of acts.entries()) {
        const result = results[index];
        if (result && !result.allowed) {
          const { verb, resource, subresource } = { subresource: undefined, ...reviewOf(act, ref) };
          denials[act] = texts.object.denied[result.by](
            `${verb} ${resource}${subresource ? `/${subresource}` : ''}`,
            result.reason,
          );
        }
      }
      return denials;
    },
    staleTime: 60_000,
    retry: false,
  });
  return data ?? {};
}
