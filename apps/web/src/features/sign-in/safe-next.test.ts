// @vitest-environment node
import { expect, it } from 'vitest';
import { safeNext } from './safe-next.ts';

it.each([
  ['/resources/pods?q=a', '/resources/pods?q=a'],
  [undefined, '/'],
  ['https://evil.example', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/x', '/'],
])('after signing in, %s leads to %s', (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});
