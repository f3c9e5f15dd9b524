import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity, quantityNumber } from './quantity.ts';

describe('a quantity', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['-1', -1],
    ['+1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['250m', 0.25],
    ['100u', 0.0001],
    ['1n', 1e-9],
    ['2k', 2000],
    ['3M', 3e6],
    ['1G', 1e9],
    ['1T', 1e12],
    ['1P', 1e15],
    ['1E', 1e18],
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1Ti', 2 ** 40],
    ['1Ei', 2 ** 60],
    ['1e3', 1000],
    ['1E3', 1000],
    ['12e-3', 0.012],
    ['16', 16],
  ])('%s is %d', (text, value) => {
    expect(quantityNumber(text)).toBe(value);
  });

  it('may be a plain number', () => {
    expect(quantityNumber(2)).toBe(2);
    expect(quantityNumber(0.1)).toBe(0.1);
    expect(quantityNumber(1e21)).toBe(1e21);
  });

  it.each([
    '',
    '.',
    '-',
    'm',
    '1ki',
    '1K',
    '1 Gi',
    '1GiB',
    '1e',
    '1e3m',
    'NaN',
    'Infinity',
    '0x10',
    '1,5',
    '1'.repeat(65),
    'e5',
  ])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it.each([undefined, null, {}, [], true, Number.NaN, Number.POSITIVE_INFINITY])('%j is none either', (value) => {
    expect(parseQuantity(value)).toBeUndefined();
  });

  it('finer than billionths rounds away from zero, as the API server does', () => {
    expect(parseQuantity('0.0000000001')).toBe(1n);
    expect(parseQuantity('-0.0000000001')).toBe(-1n);
  });

  it('is exact where numbers are not', () => {
    expect((parseQuantity('0.1') ?? 0n) + (parseQuantity('0.2') ?? 0n)).toBe(parseQuantity('0.3'));
    expect(parseQuantity('9007199254740993')).toBe(9007199254740993n * 1_000_000_000n);
  });

  it.each([
    ['1500m', 'decimal', '1500m'],
    ['1.5', 'decimal', '1500m'],
    ['2000', 'decimal', '2k'],
    ['1536Mi', 'binary', '1536Mi'],
    ['1.5Gi', 'binary', '1536Mi'],
    ['1073741824', 'binary', '1Gi'],
    ['1000', 'binary', '1000'],
    ['0.5', 'binary', '500m'],
    ['0', 'binary', '0'],
    ['-2Ki', 'binary', '-2Ki'],
  ] as const)('%s as %s reads %s', (text, format, expected) => {
    expect(formatQuantity(parseQuantity(text) ?? 0n, format)).toBe(expected);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.constantFrom('decimal', 'binary'),
        (value, format) => {
          expect(parseQuantity(formatQuantity(value, format as 'decimal'))).toBe(value);
        },
      ),
    );
  });
});
