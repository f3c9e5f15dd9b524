// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listOf, parseSearch, stringifySearch, textOf, textParams } from './search-params.ts';

describe('search parameters', () => {
  it('are readable: lists keep their commas, ids their slashes', () => {
    expect(stringifySearch({ clusters: 'prod,staging', object: 'prod/shop/web-1', q: 'a b&c' })).toBe(
      '?clusters=prod,staging&object=prod/shop/web-1&q=a%20b%26c',
    );
  });

  it('leave out what is not set', () => {
    expect(stringifySearch({ q: '', health: undefined, ns: null })).toBe('');
  });

  it('come back as they went, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'grapheme' })),
        (search) => {
          expect(parseSearch(stringifySearch(search))).toEqual(search);
        },
      ),
    );
  });

  it('take only known names with text values', () => {
    expect(
      textParams({ q: 'x', sort: 7, evil: 'y', health: { a: 1 }, tab: '' }, ['q', 'sort', 'health', 'tab']),
    ).toEqual({
      q: 'x',
      sort: '7',
    });
  });

  it('turn lists into text and back, an empty one into nothing', () => {
    expect(listOf('a,,b')).toEqual(['a', 'b']);
    expect(listOf(undefined)).toEqual([]);
    expect(textOf(['a', 'b'])).toBe('a,b');
    expect(textOf([])).toBeUndefined();
  });
});
