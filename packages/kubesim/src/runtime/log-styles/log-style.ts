/** Whose log it is. Times in milliseconds since the epoch. */
export type LogSubject = {
  app: string;
  pod: string;
  namespace: string;
  version: string;
  /** Differs for each run of each container. */
  seed: string;
  startedAt: number;
  /** The end of the run, when it is over or known beforehand. */
  end?: { at: number; code: number; reason: string; planned: boolean };
};

/** One moment of writing. `chance` gives repeatable numbers in [0, 1). */
export type LogMoment = { time: number; chance: () => number };

/** Lines at fixed distances (seconds) from the start of a run, or before its end. */
export type LogScript = readonly { seconds: number; text: string }[];

/** How one kind of program writes its log. */
export type LogStyle = {
  /** Mean number of records per second in ordinary traffic. */
  rate: number;
  startup(subject: LogSubject): LogScript;
  /** One record: a line, or several of them for a stack trace. */
  record(subject: LogSubject, moment: LogMoment): string | readonly string[];
  /** What it writes at its end; `seconds` before the end. */
  ending?(subject: LogSubject, end: NonNullable<LogSubject['end']>): LogScript;
};

export function choose<T>(chance: () => number, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(chance() * choices.length)] ?? choices[0];
}

/** A whole number from low to high, both included. */
export function whole(chance: () => number, low: number, high: number): number {
  return low + Math.floor(chance() * (high - low + 1));
}

/** `length` hexadecimal digits. */
export function hex(chance: () => number, length: number): string {
  let digits = '';
  for (let index = 0; index < length; index++) digits += Math.floor(chance() * 16).toString(16);
  return digits;
}

/** `2026-01-02T03:04:05.678Z` */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}
