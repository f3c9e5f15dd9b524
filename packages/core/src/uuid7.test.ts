import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uuid7 } from './uuid7.ts';

describe('uuid7', () => {
  it('carries version 7 and the RFC 9562 variant', () => {
    expect(uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('never repeats and sorts by making order, also within one millisecond and when the clock steps back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 41 }), { minLength: 2, maxLength: 60 }), (clock) => {
        const ids = clock.flatMap((now) => [uuid7(now), uuid7(now)]);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.toSorted()).toEqual(ids);
      }),
    );
  });

  it('holds its order when one millisecond makes more ids than the counter has room for', () => {
    const ids = Array.from({ length: 10_000 }, () => uuid7(2 ** 42));
    expect(ids.toSorted()).toEqual(ids);
  });
});
