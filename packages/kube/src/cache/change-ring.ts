import type { CacheChange } from '../cluster-cache.ts';

/** The last `capacity` changes, by revision. */
export type ChangeRing = {
  add(change: CacheChange): void;
  /** Changes after a revision, oldest first, or undefined when some are no longer held (or never were). */
  since(revision: number): readonly CacheChange[] | undefined;
};

export function createChangeRing(capacity: number): ChangeRing {
  const slots: CacheChange[] = [];
  let last = 0;
  return {
    add(change) {
      slots[change.revision % capacity] = change;
      last = change.revision;
    },
    since(revision) {
      if (!Number.isInteger(revision) || revision < 0 || revision > last || last - revision > capacity)
        return undefined;
      const found: CacheChange[] = [];
      for (let next = revision + 1; next <= last; next++) {
        const change = slots[next % capacity];
        if (change) found.push(change);
      }
      return found;
    },
  };
}
