import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a secret opens, told by how it begins; a scanner and a person see it at a glance. */
const prefixes = { personal: 'ph_', access: 'pha_', refresh: 'phr_', link: 'phl_' } as const;
export type SecretTokenKind = keyof typeof prefixes;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 40;
const checksumLength = 6;
/** Bytes from here on are thrown away: 248 is the largest multiple of 62 in a byte, so every letter is equally likely. */
const unbiasedBelow = 248;

function randomLetters(length: number): string {
  let letters = '';
  while (letters.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < unbiasedBelow && letters.length < length) letters += alphabet[byte % 62];
    }
  }
  return letters;
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let letters = '';
  for (let place = 0; place < checksumLength; place++) {
    letters = `${alphabet[rest % 62]}${letters}`;
    rest = Math.floor(rest / 62);
  }
  return letters;
}

/**
 * A new secret: prefix, 40 random letters of base 62 (238 bits), and 6 that are the CRC-32 of all before them. The checksum tells a secret scanner a
 * real token from a look-alike without asking us, and lets us refuse garbage without asking the database.
 */
export function newSecretToken(kind: SecretTokenKind): string {
  const body = prefixes[kind] + randomLetters(randomLength);
  return body + checksumOf(body);
}

/** The kind of a well-formed token, undefined for anything else. Says nothing about whether it is valid. */
export function kindOfSecretToken(token: string): SecretTokenKind | undefined {
  const underscore = token.indexOf('_') + 1;
  const prefix = token.slice(0, underscore);
  const kind = (Object.keys(prefixes) as SecretTokenKind[]).find((name) => prefixes[name] === prefix);
  if (!kind || token.length !== underscore + randomLength + checksumLength) return undefined;
  const body = token.slice(0, -checksumLength);
  return checksumOf(body) === token.slice(-checksumLength) ? kind : undefined;
}

/** What is stored in place of a token. A plain hash is enough: nobody guesses 238 random bits, so there is nothing to slow down. */
export function hashOfSecretToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** The part that may be shown, to recognise a token by. */
export function shownPrefixOf(token: string): string {
  return token.slice(0, token.indexOf('_') + 1 + 6);
}
