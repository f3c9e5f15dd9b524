import { secondOf } from './log-timestamp.ts';

/**
 * Remembers what was handed on, so that a stream can be opened again without gap or repeat. `sinceTime` reaches back to a whole
 * second, so the lines of the last second come again: they are recognised by their nanosecond timestamps and how many had each.
 */
export type LogResume = {
  /** Where to start the next stream; undefined before the first line. */
  readonly sinceTime: string | undefined;
  /** Call before reading a stream that starts at `sinceTime`. */
  reopened(): void;
  /** False for a line that was handed on before. */
  accept(timestamp: string): boolean;
};

export function createLogResume(): LogResume {
  let second = '';
  /** How many lines of each timestamp of `second` or later were handed on. */
  let seen = new Map<string, number>();
  let repeats = new Map<string, number>();
  let floor = '';

  return {
    get sinceTime() {
      return second === '' ? undefined : second;
    },
    reopened() {
      repeats = new Map(seen);
      floor = second;
    },
    accept(timestamp) {
      if (floor !== '' && secondOf(timestamp) < floor) return false;
      const repeat = repeats.get(timestamp) ?? 0;
      if (repeat > 0) {
        repeats.set(timestamp, repeat - 1);
        return false;
      }
      const current = secondOf(timestamp);
      if (current > second) {
        second = current;
        seen = new Map();
      }
      seen.set(timestamp, (seen.get(timestamp) ?? 0) + 1);
      return true;
    },
  };
}
