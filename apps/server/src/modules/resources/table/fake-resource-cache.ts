import type { CacheChange, CacheState, KubeObject, ResourceCache, ResourceType } from '@pilothouse/kube';

export const podType: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'pods',
  singular: 'pod',
  kind: 'Pod',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  shortNames: ['po'],
  categories: ['all'],
  subresources: ['log', 'exec'],
};

export type FakeResourceCache = ResourceCache & {
  put(...objects: KubeObject[]): void;
  remove(...keys: string[]): void;
  turn(state: CacheState): void;
};

/** A cache whose content a test sets by hand. For tests of what reads caches, not of watching. */
export function createFakeResourceCache(objects: Iterable<KubeObject> = []): FakeResourceCache {
  const held = new Map<string, KubeObject>();
  const listeners = new Set<Parameters<ResourceCache['subscribe']>[0]>();
  let state: CacheState = { phase: 'live' };
  let revision = 0;
  const keyOf = (object: KubeObject) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const announce = (batch: CacheChange[]) => {
    for (const listener of listeners) listener.changes?.(batch);
  };
  for (const object of objects) held.set(keyOf(object), object);
  return {
    type: podType,
    get state() {
      return state;
    },
    asOf: Date.parse('2026-01-01T00:00:00Z'),
    get revision() {
      return revision;
    },
    get size() {
      return held.size;
    },
    get: (key) => held.get(key),
    values: () => held.values(),
    *inNamespace(namespace) {
      for (const object of held.values()) if (object.metadata.namespace === namespace) yield object;
    },
    byUid: (uid) => [...held.values()].find((object) => object.metadata.uid === uid),
    async synced() {},
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changesSince: () => undefined,
    put(...added) {
      announce(
        added.map((object) => {
          const key = keyOf(object);
          const previous = held.get(key);
          held.set(key, object);
          revision += 1;
          return { revision, key, previous, object };
        }),
      );
    },
    remove(...keys) {
      announce(
        keys.map((key) => {
          const previous = held.get(key);
          held.delete(key);
          revision += 1;
          return { revision, key, previous, object: undefined };
        }),
      );
    },
    turn(next) {
      state = next;
      for (const listener of listeners) listener.state?.(next);
    },
  };
}
