import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf, humanDuration, parseDuration } from './age.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('humanDuration', () => {
  // What `duration.HumanDuration` of apimachinery prints.
  it.each([
    [-5 * second, '<invalid>'],
    [-second, '0s'],
    [0, '0s'],
    [second, '1s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [2 * minute + 5 * second, '2m5s'],
    [9 * minute + 59 * second, '9m59s'],
    [10 * minute + 30 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 12 * minute, '3h12m'],
    [8 * hour + 12 * minute, '8h'],
    [47 * hour, '47h'],
    [48 * hour, '2d'],
    [2 * day + 3 * hour, '2d3h'],
    [8 * day + 3 * hour, '8d'],
    [729 * day, '729d'],
    [730 * day, '2y'],
    [2 * 365 * day + 10 * day, '2y10d'],
    [8 * 365 * day + 3 * day, '8y'],
  ])('prints %d ms as %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
  });

  it('never prints more than eight characters for a century', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * 365 }), fc.integer({ min: 0, max: day }), (days, rest) => {
        expect(humanDuration(days * day + rest).length).toBeLessThanOrEqual(7);
      }),
    );
  });
});

describe('ageOf', () => {
  it('says <unknown> for no time and for what is no time', () => {
    expect(ageOf(undefined, 0)).toBe('<unknown>');
    expect(ageOf('yesterday', 0)).toBe('<unknown>');
  });

  it('counts from an RFC 3339 time', () => {
    expect(ageOf('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:05:00Z'))).toBe('5m');
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '5', 'm', '5 m', '-5m', '5y', '5mm'])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
