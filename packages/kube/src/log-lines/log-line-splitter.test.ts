import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogLineSplitter, type LogLine, type LogLineOptions } from './log-line-splitter.ts';

function split(bytes: Buffer, sizes: readonly number[], options: LogLineOptions = {}): LogLine[] {
  const splitter = createLogLineSplitter(options);
  const lines: LogLine[] = [];
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? bytes.length;
    const chunk = Buffer.from(bytes.subarray(from, from + size));
    lines.push(...splitter.push(chunk));
    chunk.fill(0x21);
    from += size;
  }
  return [...lines, ...splitter.end()];
}

describe('log lines', () => {
  it('are the same however the bytes are cut', () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '𝄞', '\n', '\r', ' ', '\u001b', '<b>', '2026-01-01T00:00:00Z '), {
        maxLength: 60,
      })
      .map((parts) => parts.join(''));
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, sizes, fc.integer({ min: 1, max: 12 }), fc.boolean(), (log, cuts, maxLine, timestamps) => {
        const bytes = Buffer.from(log);
        const whole = split(bytes, [bytes.length || 1], { maxLine, timestamps });
        expect(split(bytes, cuts, { maxLine, timestamps })).toEqual(whole);
      }),
    );
  });

  it('without a limit together are the log', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (log) => {
        const text = log.replaceAll('\r', '');
        const lines = split(Buffer.from(text), [3]).map((line) => line.text);
        expect(lines.join('\n')).toBe(text.replace(/\n$/, ''));
      }),
    );
  });

  it('are cut at the limit, never inside a character, and say what is missing', () => {
    expect(split(Buffer.from('abcdef\n'), [2], { maxLine: 4 })).toEqual([{ text: 'abcd', truncated: 2 }]);
    expect(split(Buffer.from('ab€cd\n'), [1], { maxLine: 4 })).toEqual([{ text: 'ab', truncated: 5 }]);
    expect(split(Buffer.from('abc\r\n'), [1], { maxLine: 3 })[0]?.text).toBe('abc');
  });

  it('keep bytes that are no UTF-8 as replacement characters', () => {
    expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a]), [1])).toEqual([{ text: 'a\uFFFDb' }]);
  });

  it('have their timestamps taken off', () => {
    const log = '2026-01-01T10:00:00.123456789Z hello\n2026-01-01T10:00:01Z \nno stamp\n2026-01-01T10:00:02+02:00 late';
    expect(split(Buffer.from(log), [5], { timestamps: true })).toEqual([
      { text: 'hello', timestamp: '2026-01-01T10:00:00.123456789Z' },
      { text: '', timestamp: '2026-01-01T10:00:01Z' },
      { text: 'no stamp' },
      { text: 'late', timestamp: '2026-01-01T10:00:02+02:00' },
    ]);
  });

  it('of 100 MB without a line end hold no more than the limit', () => {
    const splitter = createLogLineSplitter({ maxLine: 1000 });
    const chunk = Buffer.alloc(1024 * 1024, 0x78);
    for (let round = 0; round < 100; round++) expect(splitter.push(chunk)).toEqual([]);
    const [line] = splitter.end();
    expect(line?.text).toHaveLength(1000);
    expect(line?.truncated).toBe(100 * 1024 * 1024 - 1000);
  });
});
