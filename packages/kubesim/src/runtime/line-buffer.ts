import type { Clock } from '@pilothouse/core';
import type { LogHistory, LogLine } from './log-history.ts';
import type { ByteSink } from './shell/byte-streams.ts';

/** What a command writes, kept as lines with their times. */
export type LineBuffer = { sink: ByteSink; history: LogHistory; finish(): void };

const mostLines = 20_000;
const mostBytes = 2 * 1024 * 1024;
const microsecond = 0.001;

/** The newest lines, up to 20,000 or 2 MB. */
export function createLineBuffer(clock: Clock): LineBuffer {
  let lines: LogLine[] = [];
  let bytes = 0;
  let partial = '';
  let last = 0;
  let end: number | undefined;

  function add(text: string): void {
    last = Math.max(clock.now(), Math.round((last + microsecond) * 1000) / 1000);
    lines.push({ time: last, text });
    bytes += text.length;
    if (lines.length <= mostLines && bytes <= mostBytes) return;
    const drop = Math.ceil(lines.length / 4);
    for (const line of lines.slice(0, drop)) bytes -= line.text.length;
    lines = lines.slice(drop);
  }

  return {
    sink: {
      async write(data) {
        if (end !== undefined) return;
        const text = partial + (typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
        const pieces = text.split('\n');
        partial = pieces.pop() ?? '';
        for (const piece of pieces) add(piece);
      },
    },
    history: {
      get end() {
        return end;
      },
      *lines(from, to) {
        let low = 0;
        for (let high = lines.length; low < high; ) {
          const middle = (low + high) >> 1;
          if ((lines[middle]?.time ?? 0) < from) low = middle + 1;
          else high = middle;
        }
        for (const line of lines.slice(low)) {
          if (line.time >= to) return;
          yield line;
        }
      },
      tailStart(count, to) {
        const before = lines.filter((line) => line.time < to);
        return before.at(-count)?.time ?? before[0]?.time ?? to;
      },
    },
    finish() {
      if (partial !== '') add(partial);
      partial = '';
      end = Math.max(clock.now(), last + microsecond);
    },
  };
}
