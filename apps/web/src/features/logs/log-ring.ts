export type LogLine = {
  /** Counts up by one; the identity of a line. */
  seq: number;
  at?: string;
  text: string;
  level: LogLevel;
  container: string;
  /** Bytes that the server cut away. */
  truncated?: number;
  /** Words of ours, not of the container's. */
  notice?: boolean;
};
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'none';

export type LogRing = {
  readonly size: number;
  /** How many were dropped at the front. */
  readonly dropped: number;
  /** The line at a position, 0 being the oldest that is kept. */
  at(index: number): LogLine | undefined;
  push(lines: readonly Omit<LogLine, 'seq'>[]): void;
  /** Positions of the lines that hold a text, whatever its case. */
  find(text: string): number[];
  text(withTimes: boolean): string;
  clear(): void;
};

/** The last lines of a log: a ring, so that a log that never ends takes no more room than it may. */
export function createLogRing(capacity: number): LogRing {
  let lines: (LogLine | undefined)[] = new Array(capacity);
  let next = 0;
  let size = 0;

  const line = (index: number): LogLine | undefined =>
    index < 0 || index >= size ? undefined : lines[(next - size + index) % capacity];

  function* all(): Generator<LogLine> {
    for (let index = 0; index < size; index += 1) {
      const each = line(index);
      if (each) yield each;
    }
  }

  return {
    get size() {
      return size;
    },
    get dropped() {
      return next - size;
    },
    at: line,
    push(added) {
      for (const each of added) {
        lines[next % capacity] = { ...each, seq: next };
        next += 1;
      }
      size = Math.min(capacity, size + added.length);
    },
    find(text) {
      const wanted = text.toLowerCase();
      const found: number[] = [];
      if (wanted === '') return found;
      let index = 0;
      for (const each of all()) {
        if (each.text.toLowerCase().includes(wanted)) found.push(index);
        index += 1;
      }
      return found;
    },
    text(withTimes) {
      const parts: string[] = [];
      for (const each of all()) parts.push(withTimes && each.at ? `${each.at} ${each.text}` : each.text);
      return parts.length > 0 ? `${parts.join('\n')}\n` : '';
    },
    clear() {
      lines = new Array(capacity);
      next = 0;
      size = 0;
    },
  };
}
