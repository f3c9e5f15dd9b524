import type { Clock } from '@pilothouse/core';

export type BucketRate = { perSecond: number; burst: number };

/** One token bucket per key. A key that was idle long enough to be full again costs no memory. */
export type TokenBuckets = {
  /** Takes a token: 0 when there was one, otherwise the seconds until there is. */
  take(key: string): number;
  readonly size: number;
};

const sweepEvery = 10_000;

export function createTokenBuckets({ perSecond, burst }: BucketRate, clock: Clock): TokenBuckets {
  /** The time at which each bucket would be full again; a bucket is empty when that is burst / perSecond seconds away. */
  const fullAt = new Map<string, number>();
  const perToken = 1000 / perSecond;
  let takes = 0;

  function sweep(now: number): void {
    for (const [key, at] of fullAt) if (at <= now) fullAt.delete(key);
  }

  return {
    take(key) {
      const now = clock.now();
      takes += 1;
      if (takes % sweepEvery === 0) sweep(now);
      const next = Math.max(now, fullAt.get(key) ?? 0) + perToken;
      const wait = next - now - burst * perToken;
      if (wait > 1e-6) return wait / 1000;
      fullAt.set(key, next);
      return 0;
    },
    get size() {
      return fullAt.size;
    },
  };
}
