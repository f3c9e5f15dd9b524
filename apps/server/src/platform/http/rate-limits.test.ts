import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey } from './rate-limits.ts';
import { createTokenBuckets } from './token-bucket.ts';

describe('a token bucket', () => {
  it('never gives more than the burst and the rate allow, and always as much', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }),
        (perSecond, burst, pauses) => {
          let now = 1_000_000;
          const buckets = createTokenBuckets({ perSecond, burst }, { now: () => now, sleep: async () => {} });
          let tokens = burst;
          for (const pause of pauses) {
            now += pause;
            tokens = Math.min(burst, tokens + (pause * perSecond) / 1000);
            const wait = buckets.take('a');
            // At the very edge either answer is right.
            if (Math.abs(tokens - 1) < 1e-3) {
              tokens = wait === 0 ? tokens - 1 : tokens;
              continue;
            }
            expect(wait === 0).toBe(tokens >= 1);
            if (wait === 0) tokens -= 1;
            else expect(wait).toBeCloseTo((1 - tokens) / perSecond, 3);
          }
        },
      ),
    );
  });

  it('forgets keys that are full again', () => {
    let now = 0;
    const buckets = createTokenBuckets({ perSecond: 1000, burst: 10 }, { now: () => now, sleep: async () => {} });
    for (let index = 0; index < 30_000; index += 1) {
      now += 1;
      buckets.take(`key ${index}`);
    }
    expect(buckets.size).toBeLessThan(10_001);
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
