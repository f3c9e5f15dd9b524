import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountLimits, afterFailure, type ThrottleState, waitOf } from './sign-in-throttle.ts';

function failTimes(times: number, at = 0): ThrottleState | undefined {
  let state: ThrottleState | undefined;
  for (let failure = 0; failure < times; failure++) state = afterFailure(state, at, accountLimits);
  return state;
}

describe('the throttle of sign-ins', () => {
  test.each([
    [0, 0],
    [1, 0],
    [5, 0],
    [6, 1000],
    [7, 2000],
    [10, 16_000],
    [15, 512_000],
    [16, 900_000],
    [1000, 900_000],
  ])('after %i failures one waits %i ms', (failures, wait) => {
    expect(waitOf(failTimes(failures), 0)).toBe(wait);
  });

  test('lets go when the wait is over, and begins anew after a day', () => {
    const state = failTimes(8);
    expect(waitOf(state, 4000)).toBe(0);
    expect(afterFailure(state, 4000, accountLimits).failures).toBe(9);
    expect(afterFailure(state, accountLimits.forgetAfter + 1, accountLimits).failures).toBe(1);
  });

  test('holds anyone who keeps trying to a hundred guesses a day', () => {
    let state: ThrottleState | undefined;
    let guesses = 0;
    for (let now = 0; now < 24 * 60 * 60_000; now = Math.max(now + 1, state?.blockedUntil ?? 0)) {
      state = afterFailure(state, now, accountLimits);
      guesses += 1;
    }
    expect(guesses).toBeLessThan(115);
  });

  test('never waits longer than the longest wait and never shorter after one more failure', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 60 }), (gaps) => {
        let now = 0;
        let state: ThrottleState | undefined;
        for (const gap of gaps) {
          const before = state;
          now += gap;
          state = afterFailure(before, now, accountLimits);
          expect(waitOf(state, now)).toBeLessThanOrEqual(accountLimits.longestWait);
          const waitBefore = before ? before.blockedUntil - before.lastFailureAt : 0;
          expect(waitOf(state, now)).toBeGreaterThanOrEqual(waitBefore);
        }
      }),
    );
  });
});
