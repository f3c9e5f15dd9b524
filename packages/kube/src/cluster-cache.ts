import type { KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

export type ObjectKey = string;

/** `namespace/name`, or `/name` for a cluster-scoped object: the key inside one resource of one cluster. */
export function objectKey(object: { metadata: { namespace?: string; name: string } }): ObjectKey {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export type CacheState =
  | { phase: 'syncing'; loaded: number }
  /** The watch is open, or was within its idle timer. */
  | { phase: 'live' }
  /** What is held may be old: the watch broke and is being re-established. `since` is in epoch milliseconds. */
  | { phase: 'stale'; since: number; code: string; message: string }
  /** The first list never succeeded. */
  | { phase: 'failed'; since: number; code: string; message: string };

/** One applied change. `revision` counts up by one per change within one cache's life, so a reader can resume from it. */
export type CacheChange = {
  revision: number;
  key: ObjectKey;
  previous: KubeObject | undefined;
  object: KubeObject | undefined;
};

/**
 * The objects of one resource of one cluster, kept current by a list and a watch, shared by all readers.
 * Objects arrive without managedFields and last-applied-configuration; Secret values are replaced by their sizes.
 * Objects are frozen by convention: never mutate one.
 */
export type ResourceCache = {
  readonly type: ResourceType;
  readonly state: CacheState;
  /** When the content was last known to equal the cluster's (epoch milliseconds), undefined before the first sync. */
  readonly asOf: number | undefined;
  readonly revision: number;
  readonly size: number;
  get(key: ObjectKey): KubeObject | undefined;
  values(): Iterable<KubeObject>;
  inNamespace(namespace: string): Iterable<KubeObject>;
  byUid(uid: string): KubeObject | undefined;
  /** Resolves at first sync (or at once); rejects with the AppError of a first list that failed, or when the signal aborts. */
  synced(signal?: AbortSignal): Promise<void>;
  /** Changes after now, in batches of one event-loop turn, and each state change. Returns the unsubscriber. A listener that throws is logged and skipped. */
  subscribe(listener: { changes?(batch: readonly CacheChange[]): void; state?(state: CacheState): void }): () => void;
  /** Changes with revision > `since` still held in the ring, or undefined when the ring no longer reaches back. */
  changesSince(revision: number): readonly CacheChange[] | undefined;
};

/** Ref-counted access: the watch starts with the first lease and stops when idle after the last is released. */
export type CacheLease = { readonly cache: ResourceCache; release(): void };

export type ClusterCache = {
  acquire(type: ResourceType): CacheLease;
  /** The caches running now, for health pages and metrics. */
  running(): Iterable<ResourceCache>;
  close(): Promise<void>;
};
