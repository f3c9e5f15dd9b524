/** One kind of object as discovery describes it. `group` is '' for the core group. */
export type ResourceType = {
  group: string;
  /** The version the cluster prefers among those it serves, e.g. `v1`, `v1beta1`. */
  version: string;
  /** The plural name in the URL, e.g. `deployments`. */
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  /** Names without the resource, e.g. `['status', 'scale', 'log', 'exec']`. */
  subresources: readonly string[];
};

/** The name that identifies a resource everywhere in Pilothouse, as kubectl writes it: `pods`, `deployments.apps`. */
export function resourceName(type: { group: string; plural: string }): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(type: { group: string; version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}
