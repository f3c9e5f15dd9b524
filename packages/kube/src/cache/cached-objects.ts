import { type Logger, messageOf } from '@pilothouse/core';
import { type CacheChange, type CacheState, objectKey } from '../cluster-cache.ts';
import type { KubeObject } from '../kube-object.ts';
import { createChangeRing } from './change-ring.ts';
import { createObjectIndex, type ObjectIndex } from './object-index.ts';
import { shareStructure } from './share-structure.ts';

export type CacheListener = { changes?(batch: readonly CacheChange[]): void; state?(state: CacheState): void };

/** The content of one cache: the objects, the numbered changes to them, and who is told. Knows nothing of where they come from. */
export type CachedObjects = {
  readonly index: Omit<ObjectIndex, 'put' | 'remove'>;
  readonly revision: number;
  /** Takes over an object unless it is held in that version; emits what changed. */
  upsert(object: KubeObject): void;
  remove(key: string): void;
  changesSince(revision: number): readonly CacheChange[] | undefined;
  subscribe(listener: CacheListener): () => void;
  /** Hands out pending changes first, so that a listener knows the content a state speaks of. */
  announce(state: CacheState): void;
};

/** Objects that are alike by ownership: the last key of each owner, so that replicas share structure. */
const maxGroups = 4096;

export function createCachedObjects(options: { log: Logger; ringSize: number }): CachedObjects {
  const { log } = options;
  const index = createObjectIndex();
  const ring = createChangeRing(options.ringSize);
  const listeners = new Map<CacheListener, number>();
  const lastOfGroup = new Map<string, string>();
  let revision = 0;
  let pending: CacheChange[] = [];
  let flushing = false;

  function record(key: string, previous: KubeObject | undefined, object: KubeObject | undefined): void {
    revision += 1;
    const change = { revision, key, previous, object };
    ring.add(change);
    if (listeners.size === 0) return;
    pending.push(change);
    if (flushing) return;
    flushing = true;
    setImmediate(flush);
  }

  function flush(): void {
    flushing = false;
    if (pending.length === 0) return;
    const batch = pending;
    pending = [];
    for (const [listener, since] of listeners) {
      const first = batch[0]?.revision ?? 0;
      const news = since < first ? batch : batch.filter((change) => change.revision > since);
      if (news.length > 0) tell(() => listener.changes?.(news));
    }
  }

  function tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      log.error('a cache listener failed', { error: messageOf(error) });
    }
  }

  /** An object to share structure with: its own last version, else a sibling. */
  function likeOf(object: KubeObject, held: KubeObject | undefined): KubeObject | undefined {
    if (held) return held;
    const sibling = lastOfGroup.get(groupOf(object));
    return sibling === undefined ? undefined : index.get(sibling);
  }

  function put(key: string, object: KubeObject): void {
    index.put(key, object);
    if (lastOfGroup.size >= maxGroups) lastOfGroup.clear();
    lastOfGroup.set(groupOf(object), key);
  }

  return {
    index,
    get revision() {
      return revision;
    },
    upsert(object) {
      const key = objectKey(object);
      const held = index.get(key);
      const sameObject = held !== undefined && held.metadata.uid === object.metadata.uid;
      const version = object.metadata.resourceVersion;
      if (sameObject && version !== undefined && held.metadata.resourceVersion === version) return;
      const kept = shareStructure(likeOf(object, held), object);
      if (kept === held) return;
      if (held && !sameObject) {
        // Deleted and made again under the same name while nobody looked.
        index.remove(key);
        record(key, held, undefined);
      }
      put(key, kept);
      record(key, sameObject ? held : undefined, kept);
    },
    remove(key) {
      const held = index.get(key);
      if (!held) return;
      index.remove(key);
      record(key, held, undefined);
    },
    changesSince: (since) => ring.since(since),
    subscribe(listener) {
      const own = { ...listener };
      listeners.set(own, revision);
      return () => {
        listeners.delete(own);
      };
    },
    announce(state) {
      flush();
      for (const listener of listeners.keys()) tell(() => listener.state?.(state));
    },
  };
}

function groupOf({ metadata }: KubeObject): string {
  return metadata.ownerReferences?.[0]?.uid ?? metadata.generateName ?? '';
}
