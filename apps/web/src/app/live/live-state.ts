import { useSyncExternalStore } from 'react';
import type { FeedState } from './table-feed.ts';

const feeds = new Map<object, FeedState>();
const listeners = new Set<() => void>();

/** Says how the feed of something on the page stands; the answer takes it back. */
export function reportFeed(owner: object, state: FeedState | undefined): void {
  if (state === undefined) feeds.delete(owner);
  else feeds.set(owner, state);
  for (const listener of listeners) listener();
}

function worst(): FeedState | undefined {
  const states = [...feeds.values()];
  return (['retrying', 'connecting', 'live'] as const).find((state) => states.includes(state));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The least fresh of what the page shows live; undefined when it shows nothing live. */
export function useLiveState(): FeedState | undefined {
  return useSyncExternalStore(subscribe, worst);
}
