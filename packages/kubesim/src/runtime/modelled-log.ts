import { chanceFrom, hash32 } from './chance.ts';
import type { LogHistory, LogLine } from './log-history.ts';
import type { LogStyle, LogSubject } from './log-styles/log-style.ts';
import { trafficAt } from './traffic.ts';

/** About as many records of one run are kept, as a kubelet's log rotation would. */
const kept = 10_000;
const microsecond = 0.001;

/**
 * The log of a program that is not really there: computed from the run's seed and the clock, never stored. The same moment always has the
 * same lines, whoever asks and however often.
 */
export function createModelledLog(subject: LogSubject, style: LogStyle): LogHistory {
  const slot = style.rate === 0 ? Number.POSITIVE_INFINITY : Math.max(1000, 1000 / style.rate);
  const seed = hash32(subject.seed);
  const { startedAt, end } = subject;
  const opening = style.startup(subject).map(({ seconds, text }) => ({ time: startedAt + seconds * 1000, text }));
  const closing =
    end === undefined
      ? []
      : (style.ending?.(subject, end) ?? []).map(({ seconds, text }) => ({ time: end.at - seconds * 1000, text }));
  const steadyFrom = Math.max(startedAt, ...opening.map((line) => line.time)) + 50;
  const steadyTo = Math.min(end?.at ?? Number.POSITIVE_INFINITY, ...closing.map((line) => line.time));

  function chanceOf(index: number): () => number {
    return chanceFrom(seed ^ Math.imul(index | 0, 0x9e3779b1));
  }

  function recordsIn(index: number, chance: () => number): number {
    return Math.floor(((style.rate * slot) / 1000) * trafficAt(index * slot) + chance());
  }

  function* steady(from: number, to: number): Generator<LogLine> {
    if (slot === Number.POSITIVE_INFINITY) return;
    const last = Math.min(to, steadyTo);
    for (let index = Math.floor(Math.max(from, steadyFrom) / slot); index * slot < last; index++) {
      const chance = chanceOf(index);
      const count = recordsIn(index, chance);
      for (let nth = 0; nth < count; nth++) {
        const time = Math.round((index + (nth + chance() * 0.9) / count) * slot * 1000) / 1000;
        const record = style.record(subject, { time: Math.floor(time), chance });
        if (time < steadyFrom || time >= last) continue;
        yield* stamped(typeof record === 'string' ? [record] : record, time, { from, to });
      }
    }
  }

  function oldest(to: number): number {
    return style.rate === 0 ? startedAt : Math.max(startedAt, to - (kept / style.rate) * 1000);
  }

  return {
    end: end?.at,
    *lines(from, to) {
      const begin = Math.max(from, oldest(to));
      yield* script(opening, begin, to);
      yield* steady(begin, to);
      yield* script(closing, begin, to);
    },
    tailStart(count, to) {
      const first = oldest(to);
      let missing = count - closing.filter((line) => line.time < to).length;
      let index = Math.floor(Math.min(to, steadyTo) / slot);
      for (
        ;
        missing > 0 && index * slot > Math.max(first, steadyFrom - slot) && slot !== Number.POSITIVE_INFINITY;
        index--
      ) {
        // The newest slot may not be written to its end: it does not count.
        if ((index + 1) * slot <= Math.min(to, steadyTo)) missing -= recordsIn(index, chanceOf(index));
      }
      return missing > 0 || slot === Number.POSITIVE_INFINITY ? first : Math.max(first, (index + 1) * slot);
    },
  };
}

/** Lines of one record follow one another by a microsecond, so that each has a time of its own. */
function* stamped(
  texts: readonly string[],
  time: number,
  { from, to }: { from: number; to: number },
): Generator<LogLine> {
  for (const [nth, text] of texts.entries()) {
    const at = time + nth * microsecond;
    if (at >= from && at < to) yield { time: at, text };
  }
}

function* script(lines: readonly LogLine[], from: number, to: number): Generator<LogLine> {
  for (const [nth, { time, text }] of lines.entries()) {
    const at = time + nth * microsecond;
    if (at >= from && at < to) yield { time: at, text };
  }
}
