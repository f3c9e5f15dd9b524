/** Pauses in milliseconds that double from `first` to `most`, each drawn between half and all of it so that many do not beat as one. */
export type Backoff = { next(): number; reset(): void; readonly failures: number };

export function createBackoff(first: number, most: number, random: () => number = Math.random): Backoff {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    next() {
      const full = Math.min(most, first * 2 ** failures);
      failures = Math.min(failures + 1, 30);
      return full / 2 + (random() * full) / 2;
    },
    reset() {
      failures = 0;
    },
  };
}
