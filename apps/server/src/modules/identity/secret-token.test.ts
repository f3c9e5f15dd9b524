import { describe, expect, test } from 'vitest';
import {
  hashOfSecretToken,
  kindOfSecretToken,
  newSecretToken,
  type SecretTokenKind,
  shownPrefixOf,
} from './secret-token.ts';

const kinds: SecretTokenKind[] = ['personal', 'access', 'refresh', 'link'];

describe('a secret token', () => {
  test.each(kinds)('of kind %s is recognised by its prefix and checksum', (kind) => {
    for (let round = 0; round < 200; round++) expect(kindOfSecretToken(newSecretToken(kind))).toBe(kind);
  });

  test('is refused when any one letter is changed', () => {
    const token = newSecretToken('personal');
    for (let place = 0; place < token.length; place++) {
      const other = token[place] === 'x' ? 'y' : 'x';
      expect(kindOfSecretToken(token.slice(0, place) + other + token.slice(place + 1))).toBeUndefined();
    }
  });

  test.each([
    '',
    ' ',
    'x',
    'ph_',
    'pha_',
    '_',
    'null',
    'undefined',
    'Bearer',
    `ph_${'0'.repeat(46)}`,
    'a'.repeat(5000),
  ])('is not %j', (text) => {
    expect(kindOfSecretToken(text)).toBeUndefined();
  });

  test('does not repeat and is stored as a hash that does not contain it', () => {
    const tokens = Array.from({ length: 1000 }, () => newSecretToken('access'));
    expect(new Set(tokens).size).toBe(1000);
    for (const token of tokens.slice(0, 10)) expect(hashOfSecretToken(token)).not.toContain(token.slice(4, 12));
  });

  test('shows only its first letters', () => {
    const token = newSecretToken('personal');
    expect(shownPrefixOf(token)).toBe(token.slice(0, 9));
  });

  test('uses every letter about equally often', () => {
    const counts = new Map<string, number>();
    const sample = Array.from({ length: 2000 }, () => newSecretToken('personal').slice(3, 43)).join('');
    for (const letter of sample) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const expected = sample.length / 62;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(62);
    // 61 degrees of freedom: beyond 125 with a chance of about one in a million.
    expect(chiSquare).toBeLessThan(125);
  });
});
