import { isIPv6 } from 'node:net';
import type { Route } from '@pilothouse/contract';
import { appError, type Clock } from '@pilothouse/core';
import type { Principal } from './principal.ts';
import { createTokenBuckets } from './token-bucket.ts';

/** Throws `rate_limited` with the seconds to wait. Those signed in are counted by who they are, everyone else by address. */
export type RateLimits = {
  check(route: { rateLimit?: Route['rateLimit'] | undefined }, principal: Principal | undefined, address: string): void;
  /** Counts credentials that did not hold against the address they came from. */
  checkRefused(address: string): void;
};

export function createRateLimits({
  requestsPerSecond,
  clock,
}: {
  requestsPerSecond: number;
  clock: Clock;
}): RateLimits {
  const buckets = {
    default: createTokenBuckets({ perSecond: requestsPerSecond, burst: requestsPerSecond * 10 }, clock),
    expensive: createTokenBuckets(
      { perSecond: Math.max(1, requestsPerSecond / 20), burst: Math.max(10, requestsPerSecond / 2) },
      clock,
    ),
    'sign-in': createTokenBuckets({ perSecond: 1 / 3, burst: 20 }, clock),
    refused: createTokenBuckets({ perSecond: 1, burst: 60 }, clock),
  };

  function take(name: keyof typeof buckets, key: string): void {
    const seconds = buckets[name].take(key);
    if (seconds > 0)
      throw appError('rate_limited', `Too many requests. Try again in ${Math.ceil(seconds)} s.`, {
        retryAfterSeconds: Math.ceil(seconds),
        extra: { limit: name },
      });
  }

  return {
    check(route, principal, address) {
      const key = principal ? principal.credentialId : addressKey(address);
      take('default', key);
      if (route.rateLimit) take(route.rateLimit, route.rateLimit === 'sign-in' ? addressKey(address) : key);
    },
    checkRefused: (address) => take('refused', addressKey(address)),
  };
}

/** One household or server usually has a whole /64 of IPv6 to itself, so that is what counts as one address. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
