import { describe, expect, it } from 'vitest';
import { quantityText } from './quantity.ts';

describe('quantityText', () => {
  it.each([
    [0, '0'],
    [0.25, '0.25'],
    [3.92, '3.92'],
    [0.0001, '0'],
    [64, '64'],
    [1024 ** 2, '1Mi'],
    [4 * 1024 ** 3, '4Gi'],
    [15_938_355_200, '14.8Gi'],
    [500 * 1024 ** 3, '500Gi'],
    [1.5 * 1024 ** 4, '1.5Ti'],
  ])('writes %d as %s', (value, text) => {
    expect(quantityText(value)).toBe(text);
  });
});
