/** `time` in milliseconds since the epoch, with microseconds behind the point; no two lines of a log share one. `text` has no line end. */
export type LogLine = { time: number; text: string };

/** What a container wrote in one run, as far as it is kept. */
export type LogHistory = {
  /** Lines with `from` <= time < `to`, oldest first, made as they are asked for. */
  lines(from: number, to: number): Iterable<LogLine>;
  /** A time from which on at least the last `count` lines before `to` are, or all that are kept. */
  tailStart(count: number, to: number): number;
  /** When the run ended; undefined while it goes on or may. */
  readonly end: number | undefined;
};
