import { hash } from '@node-rs/argon2';
import { describe, expect, test } from 'vitest';
import { createPasswordHasher } from './password-hash.ts';

const hasher = createPasswordHasher();

describe('a stored password', () => {
  test('is argon2id with the documented parameters, salted, and matches only itself', async () => {
    const [one, two] = await Promise.all([
      hasher.hash('a bicycle in the harbour'),
      hasher.hash('a bicycle in the harbour'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await hasher.verify(one, 'a bicycle in the harbour')).toBe(true);
    expect(await hasher.verify(one, 'a bicycle in the harbor')).toBe(false);
    expect(hasher.isOutdated(one)).toBe(false);
  });

  test('made with weaker parameters still matches and is known to be outdated', async () => {
    const weak = await hash('a bicycle in the harbour', { memoryCost: 8192, timeCost: 1 });
    expect(await hasher.verify(weak, 'a bicycle in the harbour')).toBe(true);
    expect(hasher.isOutdated(weak)).toBe(true);
  });

  test('of an unknown account matches nothing, not even what it is compared with', async () => {
    expect(await hasher.verify(undefined, 'the hash that an unknown account is compared with')).toBe(false);
    expect(await hasher.verify(undefined, '')).toBe(false);
  });
});
