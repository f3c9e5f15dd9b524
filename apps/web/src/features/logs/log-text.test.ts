// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelOf, plainText, splitMatches } from './log-text.ts';

describe('a log line as plain text', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007after', 'after'],
    ['\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b[2J\u001b[1;1Hclear', 'clear'],
    ['a\u0000b\u0008c\u007f', 'abc'],
    ['safe\u202egnp.exe', 'safegnp.exe'],
    ['tab\tstays', 'tab\tstays'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['grüße 👋', 'grüße 👋'],
  ])('%j is %j', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  it('never keeps an escape or control character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0x20ff }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
          expect(plainText(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        },
      ),
    );
  });
});

describe('the level of a log line', () => {
  it.each([
    ['ERROR could not connect', 'error'],
    ['{"level":"warn","msg":"slow error budget"}', 'warn'],
    ['time=1 level=info msg="error rate fine"', 'info'],
    ['E0102 15:04:05.123456 1 main.go:10] boom', 'error'],
    ['I0102 15:04:05.123456 1 main.go:10] failed over', 'info'],
    ['[debug] cache miss', 'debug'],
    ['GET / 200', 'none'],
    [`${'x'.repeat(1000)} error`, 'none'],
  ])('of %j is %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });
});

describe('the matches in a line', () => {
  it('are marked wherever they are, whatever their case', () => {
    expect(splitMatches('Get get', 'get')).toEqual([
      { text: 'Get', match: true },
      { text: ' ', match: false },
      { text: 'get', match: true },
    ]);
  });

  it('put together are the line again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab<&]*$/), fc.stringMatching(/^[ab]{1,2}$/), (text, word) => {
        expect(
          splitMatches(text, word)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
