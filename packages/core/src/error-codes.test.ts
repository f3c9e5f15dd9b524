import { describe, expect, it } from 'vitest';
import { errorKinds, isAppError } from './app-error.ts';
import { appError, errorCodes } from './error-codes.ts';

describe('the table of error codes', () => {
  it('gives every code one of the eight kinds and a sentence', () => {
    for (const [code, { kind, meaning }] of Object.entries(errorCodes)) {
      expect(errorKinds, code).toContain(kind);
      expect(meaning, code).toMatch(/^[A-Z].*[.`]$/);
      expect(code).toMatch(/^[a-z][a-z_]+$/);
    }
  });

  it('makes errors of the kind the table says, recognisable across copies of the package', () => {
    const error = appError('not_found', 'No cluster named prod.');
    expect(error).toMatchObject({ kind: 'not-found', code: 'not_found', details: [] });
    expect(isAppError(error)).toBe(true);
    expect(isAppError(new Error('other'))).toBe(false);
    expect(isAppError({ kind: 'not-found', code: 'x' })).toBe(false);
  });
});
