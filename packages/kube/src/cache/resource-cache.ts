import type { AppError, Clock, Logger } from '@pilothouse/core';
import { appError } from '@pilothouse/core';
import type { CacheState, ResourceCache } from '../cluster-cache.ts';
import type { KubeClient } from '../kube-client.ts';
import type { ResourceType } from '../resource-type.ts';
import { createCachedObjects } from './cached-objects.ts';
import { runReflector } from './reflector.ts';

export type ResourceCacheOptions = {
  client: KubeClient;
  type: ResourceType;
  log: Logger;
  clock: Clock;
  ringSize: number;
  pageSize: number;
  watchIdle: number;
};

/** A running cache of one resource, and how to stop it. */
export type RunningCache = { cache: ResourceCache; stop(): Promise<void> };

export function startResourceCache(options: ResourceCacheOptions): RunningCache {
  const { type, clock } = options;
  const abort = new AbortController();
  const objects = createCachedObjects(options);
  let state: CacheState = { phase: 'syncing', loaded: 0 };
  let asOf: number | undefined;
  let failure: AppError | undefined;
  const waiters = new Set<{ resolve(): void; reject(error: unknown): void }>();

  function become(next: CacheState): void {
    state = next;
    objects.announce(next);
  }

  function settle(error: AppError | undefined): void {
    for (const waiter of waiters) error ? waiter.reject(error) : waiter.resolve();
    waiters.clear();
  }

  const reports = {
    listing(loaded: number) {
      if (asOf === undefined) become({ phase: 'syncing', loaded });
    },
    live() {
      asOf = clock.now();
      failure = undefined;
      if (state.phase === 'live') return;
      become({ phase: 'live' });
      settle(undefined);
    },
    broken(error: AppError) {
      failure = error;
      const { code, message } = error;
      if (asOf === undefined) {
        become({ phase: 'failed', since: state.phase === 'failed' ? state.since : clock.now(), code, message });
        settle(error);
      } else {
        become({ phase: 'stale', since: state.phase === 'stale' ? state.since : clock.now(), code, message });
      }
    },
  };

  const done = runReflector({ ...options, objects, reports }, abort.signal);

  const cache: ResourceCache = {
    type,
    get state() {
      return state;
    },
    get asOf() {
      return asOf;
    },
    get revision() {
      return objects.revision;
    },
    get size() {
      return objects.index.size;
    },
    get: (key) => objects.index.get(key),
    values: () => objects.index.values(),
    inNamespace: (namespace) => objects.index.inNamespace(namespace),
    byUid: (uid) => objects.index.byUid(uid),
    changesSince: (revision) => objects.changesSince(revision),
    subscribe: (listener) => objects.subscribe(listener),
    synced(signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (asOf !== undefined) return Promise.resolve();
      if (failure) return Promise.reject(failure);
      if (abort.signal.aborted) return Promise.reject(stopped());
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiters.delete(waiter);
          reject(signal?.reason);
        };
        const waiter = {
          resolve() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
          reject(error: unknown) {
            signal?.removeEventListener('abort', onAbort);
            reject(error);
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiters.add(waiter);
      });
    },
  };

  return {
    cache,
    async stop() {
      abort.abort(new DOMException('the cache was stopped', 'AbortError'));
      settle(stopped());
      await done;
    },
  };
}

function stopped(): AppError {
  return appError('shutting_down', 'The cache of this resource was stopped.');
}
