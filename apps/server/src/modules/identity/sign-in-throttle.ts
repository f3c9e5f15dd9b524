/** How many failures are free, and how the wait grows from then on. Times in milliseconds. */
export type ThrottleLimits = {
  readonly free: number;
  readonly firstWait: number;
  readonly longestWait: number;
  /** After this long without a failure everything is forgotten. */
  readonly forgetAfter: number;
};

export type ThrottleState = {
  readonly failures: number;
  readonly lastFailureAt: number;
  readonly blockedUntil: number;
};

const minute = 60_000;

/** For one account: five tries, then 1 s, 2 s, 4 s … up to a quarter of an hour: about 100 guesses a day at the very most. */
export const accountLimits: ThrottleLimits = {
  free: 5,
  firstWait: 1000,
  longestWait: 15 * minute,
  forgetAfter: 24 * 60 * minute,
};

/** For one address, which an office may share: twenty tries over all accounts, then the same growth. */
export const addressLimits: ThrottleLimits = { ...accountLimits, free: 20, forgetAfter: 60 * minute };

/** Milliseconds still to wait before the next try; 0 when it may go ahead. */
export function waitOf(state: ThrottleState | undefined, now: number): number {
  return state ? Math.max(0, state.blockedUntil - now) : 0;
}

/** The state after one more failed try. A try that is made while blocked must not be counted: that would let anyone keep an account shut for ever. */
export function afterFailure(state: ThrottleState | undefined, now: number, limits: ThrottleLimits): ThrottleState {
  const isFresh = state === undefined || now - state.lastFailureAt > limits.forgetAfter;
  const failures = isFresh ? 1 : state.failures + 1;
  const beyond = failures - limits.free;
  const wait = beyond <= 0 ? 0 : Math.min(limits.longestWait, limits.firstWait * 2 ** Math.min(beyond - 1, 30));
  return { failures, lastFailureAt: now, blockedUntil: now + wait };
}
