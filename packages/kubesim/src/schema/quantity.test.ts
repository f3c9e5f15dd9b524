import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuantity } from './quantity.ts';

describe('a quantity in canonical form', () => {
  it.each([
    ['0', '0'],
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    ['1.5Ki', '1536'],
    ['0.1Ki', '102400m'],
    ['1000', '1k'],
    ['1e3', '1e3'],
    ['12E', '12E'],
    ['-5', '-5'],
    ['+5', '5'],
    ['.25', '250m'],
    ['2.', '2'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['100000000u', '100'],
  ])('%s is %s', (text, expected) => {
    expect(canonicalQuantity(text)).toBe(expected);
  });

  it.each(['', 'x', '1x', '1 Gi', '1.2.3', 'Gi', '--1', '1KI', '1e'])('%j is none', (text) => {
    expect(canonicalQuantity(text)).toBeUndefined();
  });

  it('is its own canonical form and keeps its value', () => {
    const powers: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9 };
    const value = (text: string) => {
      const [, digits = '0', suffix = ''] = /^(\d+)(\D*)$/.exec(text) ?? [];
      return BigInt(digits) * 10n ** BigInt((powers[suffix] ?? 0) + 9);
    };
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G'), (digits, suffix) => {
        const canonical = canonicalQuantity(`${digits}${suffix}`) ?? '';
        expect(canonicalQuantity(canonical)).toBe(canonical);
        if (/^\d+[numkMG]?$/.test(canonical)) expect(value(canonical)).toBe(value(`${digits}${suffix}`));
      }),
    );
  });
});
