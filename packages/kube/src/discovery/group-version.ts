import type { ResourceType } from '../resource-type.ts';

/** What one version of one API group serves, in the order the cluster prefers versions. */
export type ServedVersion = { group: string; version: string; preferred: boolean; types: ResourceType[] };

/** One group and version that could not be read; `groupVersion` as in `apps/v1`, or `v1`, or `*` for the list itself. */
export type DiscoveryFailure = { groupVersion: string; code: string; message: string };

export type Discovered = { versions: ServedVersion[]; failures: DiscoveryFailure[] };

/** `v1` for the core group, else `apps/v1`. */
export function groupVersionName(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Each resource once, in the version its group prefers among those that serve it. */
export function preferredTypes(versions: readonly ServedVersion[]): ResourceType[] {
  const chosen = new Map<string, { type: ResourceType; preferred: boolean }>();
  for (const { preferred, types } of versions) {
    for (const type of types) {
      const key = `${type.group}/${type.plural}`;
      const held = chosen.get(key);
      if (!held || (preferred && !held.preferred)) chosen.set(key, { type, preferred });
    }
  }
  return [...chosen.values()].map(({ type }) => type);
}
