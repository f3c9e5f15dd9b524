import { type ObjectKey, objectKey } from '../cluster-cache.ts';
import type { KubeObject } from '../kube-object.ts';

/** The objects of one resource by key, by namespace and by uid. The latter two are made when first asked for. */
export type ObjectIndex = {
  readonly size: number;
  get(key: ObjectKey): KubeObject | undefined;
  values(): Iterable<KubeObject>;
  keys(): Iterable<ObjectKey>;
  inNamespace(namespace: string): Iterable<KubeObject>;
  byUid(uid: string): KubeObject | undefined;
  put(key: ObjectKey, object: KubeObject): void;
  remove(key: ObjectKey): void;
};

export function createObjectIndex(): ObjectIndex {
  const objects = new Map<ObjectKey, KubeObject>();
  let namespaces: Map<string, Set<ObjectKey>> | undefined;
  let uids: Map<string, ObjectKey> | undefined;

  function addToIndexes(key: ObjectKey, { metadata }: KubeObject): void {
    if (namespaces) keysOf(namespaces, metadata.namespace ?? '').add(key);
    if (uids && metadata.uid) uids.set(metadata.uid, key);
  }

  return {
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    values: () => objects.values(),
    keys: () => objects.keys(),
    *inNamespace(namespace) {
      if (!namespaces) {
        namespaces = new Map();
        for (const object of objects.values())
          keysOf(namespaces, object.metadata.namespace ?? '').add(objectKey(object));
      }
      for (const key of namespaces.get(namespace) ?? []) {
        const object = objects.get(key);
        if (object) yield object;
      }
    },
    byUid(uid) {
      if (!uids) {
        uids = new Map();
        for (const object of objects.values())
          if (object.metadata.uid) uids.set(object.metadata.uid, objectKey(object));
      }
      const key = uids.get(uid);
      return key === undefined ? undefined : objects.get(key);
    },
    put(key, object) {
      const before = objects.get(key);
      objects.set(key, object);
      if (before?.metadata.uid && before.metadata.uid !== object.metadata.uid) uids?.delete(before.metadata.uid);
      addToIndexes(key, object);
    },
    remove(key) {
      const before = objects.get(key);
      if (!before) return;
      objects.delete(key);
      namespaces?.get(before.metadata.namespace ?? '')?.delete(key);
      if (before.metadata.uid) uids?.delete(before.metadata.uid);
    },
  };
}

function keysOf(namespaces: Map<string, Set<ObjectKey>>, namespace: string): Set<ObjectKey> {
  const held = namespaces.get(namespace);
  if (held) return held;
  const made = new Set<ObjectKey>();
  namespaces.set(namespace, made);
  return made;
}
