import { hash, parseOptions, verify } from '@node-rs/argon2';
import { normalizePassword } from './password-rules.ts';

/**
 * argon2id with 19 MiB, two passes and one lane: the first choice of OWASP's Password Storage Cheat Sheet (2024). About 40 ms on this
 * project's test machine. The parameters travel in each hash, so raising them here upgrades every account at its next sign-in.
 */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** How many hashes may run at once. They share libuv's four threads with file access and name look-ups, which must not wait behind a flood of sign-ins. */
const atOnce = 2;

export type PasswordHasher = {
  hash(password: string): Promise<string>;
  /** False for an account that does not exist (`stored` undefined) after the same work as for one that does. */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** True when the hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
};

function createGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

export function createPasswordHasher(): PasswordHasher {
  const gate = createGate(atOnce);
  const hashOf = (password: string) => gate(() => hash(normalizePassword(password), parameters));

  // Made before it is needed: the first unknown account must not take longer than the others.
  const decoy = hashOf('the hash that an unknown account is compared with');
  decoy.catch(() => {});

  return {
    hash: hashOf,
    async verify(stored, password) {
      const compareWith = stored ?? (await decoy);
      const matches = await gate(() => verify(compareWith, normalizePassword(password)));
      return matches && stored !== undefined;
    },
    isOutdated(stored) {
      const used = parseOptions(stored);
      return (
        used.algorithm !== parameters.algorithm ||
        used.memoryCost !== parameters.memoryCost ||
        used.timeCost !== parameters.timeCost ||
        used.parallelism !== parameters.parallelism
      );
    },
  };
}
