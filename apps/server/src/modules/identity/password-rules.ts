import { appError, type ErrorDetail } from '@pilothouse/core';
import { commonPasswords } from './common-passwords.ts';

const shortest = 12;
const fewestDifferent = 5;
/** Shorter local parts (`al@…`) turn up inside good passwords by chance. */
const shortestLocalPart = 6;

/** The one form an e-mail address is stored and compared in: case and width do not make another account. */
export function foldEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}

/** The one form a password is hashed in, so that the same keys on two keyboards are the same password (NIST SP 800-63B, 5.1.1.2). */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}

function fault(password: string, email: string): Omit<ErrorDetail, 'pointer'> | undefined {
  const letters = [...password];
  if (letters.length < shortest) {
    return { code: 'too_short', message: `Use at least ${shortest} characters.` };
  }
  const folded = password.toLowerCase();
  const address = foldEmail(email);
  const localPart = address.slice(0, address.indexOf('@'));
  if (folded.includes(address) || (localPart.length >= shortestLocalPart && folded.includes(localPart))) {
    return { code: 'contains_email', message: 'Do not use your e-mail address in your password.' };
  }
  if (new Set(letters).size < fewestDifferent || commonPasswords.has(folded)) {
    return { code: 'too_common', message: 'This password is among the first that are guessed. Use another.' };
  }
  return undefined;
}

/** Throws `invalid_input` that points at `pointer` when the password is a bad one for this account. */
export function checkPassword(input: { password: string; email: string; pointer: string }): void {
  const found = fault(normalizePassword(input.password), input.email);
  if (!found) return;
  throw appError('invalid_input', found.message, { details: [{ pointer: input.pointer, ...found }] });
}
