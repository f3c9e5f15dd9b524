import type { KubeObject } from '@pilothouse/kube';
import { type Collection, createCollection } from './collection.ts';
import type { EventWindow, StoredEvent } from './event-log.ts';
import { createObjectCache, parseStored } from './object-cache.ts';
import { type StoredObject, storedObject } from './stored-object.ts';

export type CollectionSpec = {
  storedAs: string;
  storedApiVersion: string;
  kind: string;
  selectableFields: readonly string[];
};

/**
 * All collections under one revision counter, like etcd under the API server. Writes are synchronous: when `put` or `remove` returns, the
 * change is visible to every reader and queued for every watcher. It knows nothing of rules: whoever writes has checked them.
 */
export type Database = {
  readonly revision: number;
  readonly size: number;
  collection(name: string): Collection;
  names(): Iterable<string>;
  /** Stores `object` under the next revision, which it writes into metadata.resourceVersion. */
  put(spec: CollectionSpec, object: KubeObject): StoredObject;
  /** Removes an object; watchers get `last`, its final state, under the next revision. */
  remove(spec: CollectionSpec, last: KubeObject): StoredObject;
  /** The parsed, frozen form. */
  read(spec: CollectionSpec, stored: StoredObject): KubeObject;
  /** A mutable copy. */
  copy(spec: CollectionSpec, stored: StoredObject): KubeObject;
  /** Hears every change of every collection, synchronously and in order. */
  listen(listener: (event: StoredEvent) => void): () => void;
  /** Makes everything up to the present too old to resume from: the next resume answers 410. */
  compact(): void;
  /** Moves the revision on by one without a change. */
  tick(): number;
};

export type DatabaseOptions = { window: EventWindow; cacheBytes: number };

export function createDatabase(options: DatabaseOptions): Database {
  const collections = new Map<string, Collection>();
  const listeners = new Set<(event: StoredEvent) => void>();
  const cache = createObjectCache(options.cacheBytes);
  let revision = 1;
  let compacted = 0;

  function collection(name: string): Collection {
    const known = collections.get(name);
    if (known !== undefined) return known;
    const made = createCollection(name, options.window);
    made.log.compact(compacted);
    collections.set(name, made);
    return made;
  }

  function commit(spec: CollectionSpec, object: KubeObject, removed: boolean): StoredObject {
    revision++;
    object.metadata.resourceVersion = String(revision);
    const stored = storedObject(object, { revision, selectable: spec.selectableFields });
    const target = collection(spec.storedAs);
    const previous = target.get(stored.key);
    const event: StoredEvent = {
      type: removed ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED',
      collection: spec.storedAs,
      revision,
      object: stored,
      previous,
      lines: new Map(),
    };
    target.apply(event);
    for (const listener of listeners) listener(event);
    return stored;
  }

  return {
    get revision() {
      return revision;
    },
    get size() {
      let total = 0;
      for (const one of collections.values()) total += one.size;
      return total;
    },
    collection,
    names: () => collections.keys(),
    put: (spec, object) => commit(spec, object, false),
    remove: (spec, last) => commit(spec, last, true),
    read: (spec, stored) => cache.read(stored, { apiVersion: spec.storedApiVersion, kind: spec.kind }),
    copy: (spec, stored) => parseStored(stored, { apiVersion: spec.storedApiVersion, kind: spec.kind }),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact() {
      compacted = revision;
      for (const one of collections.values()) one.log.compact(revision);
    },
    tick: () => ++revision,
  };
}
