import type { GetRequest } from './get-request.ts';
import type { RowList } from './resource-rows.ts';
import type { RowLayout } from './row-table.ts';

export function layoutOf(
  { clusters, options, query }: GetRequest,
  list: Pick<RowList, 'resource' | 'kind' | 'namespaced'>,
  several: boolean,
): RowLayout {
  const wide = options.output === 'wide';
  return {
    wide,
    showCluster: clusters.several,
    showNamespace: list.namespaced && (query.namespaces === undefined || query.namespaces.includes(',')),
    showHealth: wide || options.health !== undefined,
    namePrefix: several ? objectPrefix(list) : '',
  };
}

/** `pod/`, `deployment.apps/`: from the resource name, as kubectl prefixes names. */
export function objectPrefix({ resource, kind }: Pick<RowList, 'resource' | 'kind'>): string {
  const dot = resource.indexOf('.');
  return `${kind.toLowerCase()}${dot < 0 ? '' : resource.slice(dot)}/`;
}
