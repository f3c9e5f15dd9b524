import type { ServedResource, ServedVersion } from './served-resource.ts';
import { qualifiedName } from './served-resource.ts';

/** Every resource served now: the built-in ones and those of established CRDs. */
export type ResourceCatalogue = {
  all(): Iterable<ServedResource>;
  /** By `plural.group`. */
  byName(name: string): ServedResource | undefined;
  find(
    group: string,
    version: string,
    plural: string,
  ): { resource: ServedResource; version: ServedVersion } | undefined;
  byKind(apiVersion: string, kind: string): { resource: ServedResource; version: ServedVersion } | undefined;
  /** Another resource of the same group that already has one of these names. */
  put(resource: ServedResource): void;
  remove(name: string): void;
  /** Counts changes, for caches of what is derived from the catalogue. */
  readonly generation: number;
};

export function createResourceCatalogue(builtin: readonly ServedResource[]): ResourceCatalogue {
  const resources = new Map<string, ServedResource>();
  for (const resource of builtin) resources.set(qualifiedName(resource), resource);
  let generation = 1;

  return {
    get generation() {
      return generation;
    },
    all: () => resources.values(),
    byName: (name) => resources.get(name),
    find(group, version, plural) {
      const resource = resources.get(group === '' ? plural : `${plural}.${group}`);
      const served = resource?.versions.find((one) => one.version === version);
      return resource === undefined || served === undefined ? undefined : { resource, version: served };
    },
    byKind(apiVersion, kind) {
      const slash = apiVersion.indexOf('/');
      const group = slash < 0 ? '' : apiVersion.slice(0, slash);
      const version = apiVersion.slice(slash + 1);
      for (const resource of resources.values()) {
        if (resource.group !== group || resource.kind !== kind) continue;
        const served = resource.versions.find((one) => one.version === version);
        if (served !== undefined) return { resource, version: served };
      }
      return undefined;
    },
    put(resource) {
      resources.set(qualifiedName(resource), resource);
      generation++;
    },
    remove(name) {
      if (resources.delete(name)) generation++;
    },
  };
}
