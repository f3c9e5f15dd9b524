import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logFormats } from './log-format.ts';
import type { LogHistory } from './log-history.ts';
import { logStyles } from './log-styles/log-styles.ts';
import { createModelledLog } from './modelled-log.ts';

const startedAt = Date.parse('2026-05-04T10:00:00Z');
const logOf = (
  format: (typeof logFormats)[number],
  end?: { at: number; code: number; reason: string; planned: boolean },
) =>
  createModelledLog(
    {
      app: 'web',
      pod: 'web-1',
      namespace: 'shop',
      version: '1.2.3',
      seed: `seed-${format}`,
      startedAt,
      ...(end === undefined ? {} : { end }),
    },
    logStyles[format],
  );
const texts = (log: LogHistory, from: number, to: number) => [...log.lines(from, to)].map((line) => line.text);
const minutes = (count: number) => count * 60_000;

describe.each(logFormats)('a log in the format %s', (format) => {
  const log = logOf(format);
  const times = fc.integer({ min: 0, max: minutes(30) });

  it('is the same whoever reads it and in whatever pieces', () => {
    fc.assert(
      fc.property(times, times, times, (a, b, c) => {
        const [first = 0, middle = 0, last = 0] = [a, b, c].sort((x, y) => x - y).map((offset) => startedAt + offset);
        expect([...texts(log, first, middle), ...texts(log, middle, last)]).toEqual(texts(log, first, last));
      }),
      { numRuns: 40 },
    );
  });

  it('gives each line a time of its own, in order', () => {
    const all = [...log.lines(startedAt, startedAt + minutes(20))].map((line) => line.time);
    for (const [index, time] of all.entries()) expect(time).toBeGreaterThan(all[index - 1] ?? 0);
  });

  it('begins its tail where at least so many lines are left', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 300 }), (offset, count) => {
        const to = startedAt + offset;
        const all = texts(log, 0, to);
        const tail = texts(log, log.tailStart(count, to), to);
        expect(tail.length).toBeGreaterThanOrEqual(Math.min(count, all.length));
        expect(all.slice(all.length - tail.length)).toEqual(tail);
      }),
      { numRuns: 40 },
    );
  });

  it('has no line ends inside its lines', () => {
    for (const text of texts(log, 0, startedAt + minutes(10))) expect(text).not.toContain('\n');
  });
});

describe('a modelled log', () => {
  it('keeps only about the last ten thousand records of a container that runs for weeks', () => {
    const log = logOf('access');
    const now = startedAt + 30 * 24 * 3_600_000;
    const lines = texts(log, 0, now);
    expect(lines.length).toBeGreaterThan(7_000);
    expect(lines.length).toBeLessThan(16_000);
    expect(lines.join('\n')).not.toContain('ready for start up');
  });

  it('ends with what the program says at its end, and nothing after', () => {
    const end = { at: startedAt + 40_000, code: 1, reason: 'Error', planned: true };
    const lines = texts(logOf('java', end), 0, startedAt + minutes(5));
    expect(lines.at(-1)).toMatch(/^\t\.\.\. 14 more$/);
    expect(lines.join('\n')).toContain('Application run failed');
    expect(texts(logOf('java', end), end.at, startedAt + minutes(5))).toEqual([]);
  });

  it('reports the progress of a job up to its end', () => {
    const end = { at: startedAt + 30_000, code: 0, reason: 'Completed', planned: true };
    const shares = texts(logOf('job', end), 0, startedAt + minutes(1))
      .flatMap((line) => /\((\d+)%\)/.exec(line)?.[1] ?? [])
      .map(Number);
    expect(shares.at(-1)).toBe(100);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });

  it('survives nothing a viewer does not have to: one line of a megabyte, escapes and HTML', () => {
    const lines = texts(logOf('hostile'), 0, startedAt + 3_000);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(1024 * 1024);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this is about
    expect(lines.join('\n')).toMatch(/\u001b\[31m[\s\S]*<script>/);
  });
});
