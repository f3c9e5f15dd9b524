import { isAppError } from '@pilothouse/core';
import { describe, expect, test } from 'vitest';
import { checkPassword, foldEmail, normalizePassword } from './password-rules.ts';

function faultOf(password: string, email = 'maria.lopez@example.org'): string | undefined {
  try {
    checkPassword({ password, email, pointer: '/password' });
    return undefined;
  } catch (error) {
    if (!isAppError(error)) throw error;
    expect(error.code).toBe('invalid_input');
    expect(error.details[0]?.pointer).toBe('/password');
    return error.details[0]?.code;
  }
}

describe('a password', () => {
  test.each([
    ['', 'too_short'],
    ['short', 'too_short'],
    ['elevenchars', 'too_short'],
    ['👍👍👍👍👍👍', 'too_short'],
    ['maria.lopez@example.org', 'contains_email'],
    ['xx MARIA.LOPEZ xx', 'contains_email'],
    ['aaaaaaaaaaaa', 'too_common'],
    ['abababababab', 'too_common'],
    ['123456789012', 'too_common'],
    ['Password1234', 'too_common'],
    ['passwordpassword', 'too_common'],
    ['Kubernetes2026!', 'too_common'],
    ['1q2w3e4r5t6y', 'too_common'],
  ])('%j is refused: %s', (password, code) => {
    expect(faultOf(password)).toBe(code);
  });

  test.each(['a bicycle in the harbour', 'tuna-lantern-93-oblique', 'þrettán bláir hestar', 'Xk3!pQ9z#Lm2'])(
    '%j is fine',
    (password) => {
      expect(faultOf(password)).toBeUndefined();
    },
  );

  test('may hold a short local part, which turns up by chance', () => {
    expect(faultOf('an almond croissant', 'al@example.org')).toBeUndefined();
  });

  test('is the same whichever way its letters were composed', () => {
    expect(normalizePassword('cafe\u0301 au lait')).toBe(normalizePassword('caf\u00e9 au lait'));
  });
});

test('case, width and blanks do not make another e-mail address', () => {
  for (const spelling of ['Ann@Example.ORG', ' ann@example.org ', '\uff21nn@example.org']) {
    expect(foldEmail(spelling)).toBe('ann@example.org');
  }
});
