import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, padToWidth, truncateToWidth } from './display-width.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['web-1', 5],
    ['Größe', 5],
    ['数据库', 6],
    ['ｆｕｌｌ', 8],
    ['e\u0301', 1],
    ['👩‍🚀', 2],
    ['❤️', 2],
    ['한국어', 6],
    ['—…', 2],
  ])('of "%s" is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('truncateToWidth', () => {
  it('never cuts a character in two', () => {
    expect(truncateToWidth('数据库', 5)).toBe('数据…');
    expect(truncateToWidth('数据库', 4)).toBe('数…');
    expect(truncateToWidth('web', 3)).toBe('web');
    expect(truncateToWidth('web-1', 3)).toBe('we…');
  });

  it('fits whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(displayWidth(truncateToWidth(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('padToWidth', () => {
  it('fills by columns, not by characters', () => {
    expect(padToWidth('数', 4)).toBe('数  ');
    expect(padToWidth('long', 2)).toBe('long');
  });
});
