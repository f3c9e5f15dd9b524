import { appError, errorCodes, errorKinds } from '@pilothouse/core';
import { describe, expect, it } from 'vitest';
import { exitCode, exitCodeOfMany, exitCodes } from './exit-code.ts';

describe('the table of exit codes', () => {
  it('gives each outcome its own code, 0 and 1 never to an error', () => {
    const codes = Object.values(exitCodes).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const kind of errorKinds) expect(exitCode(kind)).toBeGreaterThan(1);
  });

  it('has one for every documented error', () => {
    for (const code of Object.keys(errorCodes) as (keyof typeof errorCodes)[])
      expect(exitCode(appError(code, '').kind)).toBeLessThan(126);
  });
});

describe('exitCodeOfMany', () => {
  it('is that of the failure when all failed alike, else partial', () => {
    expect(exitCodeOfMany([], 3)).toBe(0);
    expect(exitCodeOfMany(['conflict'], 1)).toBe(exitCode('conflict'));
    expect(exitCodeOfMany(['conflict', 'conflict'], 2)).toBe(exitCode('conflict'));
    expect(exitCodeOfMany(['conflict'], 2)).toBe(exitCode('partial'));
    expect(exitCodeOfMany(['conflict', 'forbidden'], 2)).toBe(exitCode('partial'));
  });
});
