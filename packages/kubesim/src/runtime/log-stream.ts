import { Readable } from 'node:stream';
import type { Clock } from '@pilothouse/core';
import type { PodLogRequest } from '../pod-runtime-port.ts';
import type { LogHistory, LogLine } from './log-history.ts';

const chunkBytes = 64 * 1024;
const lookEvery = 250;

export type LogStreamOptions = {
  /** The history as it is known now; asked for again while following. */
  history: () => LogHistory;
  request: PodLogRequest;
  clock: Clock;
};

/**
 * The bytes of a log request. Lines are made only as the reader takes them, so a stalled reader costs nothing. With `follow` it goes on
 * until the run ends.
 */
export function createLogStream({ history, request, clock }: LogStreamOptions): Readable {
  const stop = new AbortController();
  let left = request.limitBytes ?? Number.POSITIVE_INFINITY;
  const chunks = produce();

  async function* produce(): AsyncGenerator<Buffer> {
    let seenTo = clock.now();
    const initial = history();
    const { from, skip } = start(initial, request, seenTo);
    yield* chunked(drop(initial.lines(from, seenTo), skip));
    for (let cursor = seenTo; request.follow; cursor = seenTo) {
      const current = history();
      seenTo = clock.now();
      yield* chunked(current.lines(cursor, seenTo));
      if (current.end !== undefined && current.end <= seenTo) return;
      await clock.sleep(lookEvery, stop.signal);
    }
  }

  function* chunked(lines: Iterable<LogLine>): Generator<Buffer> {
    let parts: string[] = [];
    let size = 0;
    for (const line of lines) {
      const text = request.timestamps ? `${nanoTime(line.time)} ${line.text}\n` : `${line.text}\n`;
      parts.push(text);
      size += text.length;
      if (size < chunkBytes) continue;
      yield Buffer.from(parts.join(''));
      parts = [];
      size = 0;
    }
    if (parts.length > 0) yield Buffer.from(parts.join(''));
  }

  return new Readable({
    highWaterMark: chunkBytes,
    read() {
      chunks.next().then(
        ({ done, value }) => {
          if (done === true || left <= 0) return void this.push(null);
          const piece = value.subarray(0, Math.min(value.length, left));
          left -= piece.length;
          this.push(piece);
          if (left <= 0) this.push(null);
        },
        (error: unknown) =>
          stop.signal.aborted
            ? this.push(null)
            : this.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy(error, done) {
      stop.abort();
      void chunks.return(undefined).catch(() => {});
      done(error);
    },
  });
}

/** Where the first part of the answer begins: `tailLines` first, then `since`, as the kubelet reads its files. */
function start(history: LogHistory, request: PodLogRequest, now: number): { from: number; skip: number } {
  const since = Math.max(
    request.sinceSeconds === undefined ? 0 : now - request.sinceSeconds * 1000,
    request.sinceTime === undefined ? 0 : parseNanoTime(request.sinceTime),
  );
  if (request.tailLines === undefined) return { from: since, skip: 0 };
  if (request.tailLines === 0) return { from: now, skip: 0 };
  const from = history.tailStart(request.tailLines, now);
  let count = 0;
  let late = 0;
  for (const line of history.lines(from, now)) {
    count++;
    if (line.time >= since) late++;
  }
  return late <= request.tailLines
    ? { from: Math.max(from, since), skip: 0 }
    : { from, skip: count - request.tailLines };
}

function* drop(lines: Iterable<LogLine>, count: number): Generator<LogLine> {
  let left = count;
  for (const line of lines) if (left-- <= 0) yield line;
}

/** RFC 3339 with nine digits, as the kubelet stamps lines. */
export function nanoTime(time: number): string {
  const whole = Math.floor(time);
  const micro = Math.round((time - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micro).padStart(3, '0')}000Z`;
}

/** Milliseconds since the epoch, keeping what RFC 3339 says below the millisecond. 0 when it is no time. */
export function parseNanoTime(text: string): number {
  const digits = /\.(\d{4,9})/.exec(text)?.[1] ?? '';
  const base = Date.parse(digits === '' ? text : text.replace(digits, digits.slice(0, 3)));
  return Number.isNaN(base) ? 0 : base + Number(digits.slice(3, 6) || '0') / 1000;
}
