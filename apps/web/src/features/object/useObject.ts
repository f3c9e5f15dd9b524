import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { useDoorbell } from '../../app/live/useDoorbell.ts';
import { type ObjectRef, refParams } from '../resources/object-ref.ts';

export function objectKey(ref: ObjectRef): string[] {
  return ['object', ref.cluster, ref.resource, ref.namespace, ref.name];
}

/** The feed of this one object and nothing else. */
function feedOf({ cluster, resource, namespace, name }: ObjectRef) {
  return {
    resource,
    clusters: cluster,
    ...(namespace ? { namespaces: namespace } : {}),
    fieldSelector: `metadata.name=${name}`,
  };
}

/** One object, kept current. */
export function useObject(ref: ObjectRef) {
  const queries = useQueryClient();
  useDoorbell(feedOf(ref), () => void queries.invalidateQueries({ queryKey: objectKey(ref) }), 400);
  return useQuery({
    queryKey: [...objectKey(ref), 'plain'],
    queryFn: ({ signal }) => api.call(routes.getObject, { params: refParams(ref), signal }),
    placeholderData: keepPreviousData,
  });
}

/** The same with managed fields, read from the cluster, when somebody asks for them. */
export function useManagedFields(ref: ObjectRef, enabled: boolean) {
  return useQuery({
    queryKey: [...objectKey(ref), 'managed'],
    queryFn: ({ signal }) =>
      api.call(routes.getObject, { params: refParams(ref), query: { managedFields: true }, signal }),
    enabled,
  });
}
