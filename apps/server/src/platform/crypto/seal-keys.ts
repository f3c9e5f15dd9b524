import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appError, type Clock } from '@pilothouse/core';
import type { Database } from '../database/database.ts';
import type { SealKey } from './sealer.ts';

declare module '../database/tables.ts' {
  interface Tables {
    seal_keys: { id: string; proof: string; created_at: number };
  }
}

export const sealKeyFile = 'seal-keys';

/** The keys of the configuration, or else of the key file in the data folder, which is made when it is not there. */
export function loadSealKeys({ sealKeys, data }: { sealKeys: readonly string[]; data: string }): SealKey[] {
  if (sealKeys.length > 0) return sealKeys.map(parseKey);
  const file = join(data, sealKeyFile);
  if (!existsSync(file)) writeKeys(file, [newSealKey()]);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map((line) => parseKey(line.trim()));
  if (keys.length === 0 || keys.some((key) => key.bytes.length !== 32))
    throw appError(
      'invalid_config',
      `The key file ${file} is damaged. Restore it from a backup: without it sealed secrets cannot be opened.`,
    );
  return keys;
}

export function newSealKey(): SealKey {
  return { id: `k${Date.now().toString(36)}${randomBytes(2).toString('hex')}`, bytes: randomBytes(32) };
}

/** Puts a new key first in the key file; new secrets are sealed with it from the next start on. */
export function addSealKey(data: string): SealKey {
  const file = join(data, sealKeyFile);
  const key = newSealKey();
  writeKeys(file, [key, ...loadSealKeys({ sealKeys: [], data })], { replace: true });
  return key;
}

/** Leaves only the first key in the file. */
export function dropOldSealKeys(data: string): void {
  const [active] = loadSealKeys({ sealKeys: [], data });
  if (active) writeKeys(join(data, sealKeyFile), [active], { replace: true });
}

function parseKey(text: string): SealKey {
  const colon = text.indexOf(':');
  return { id: text.slice(0, colon), bytes: Buffer.from(text.slice(colon + 1), 'base64') };
}

/** Appears whole or not at all, for this user only. Without `replace` it never overwrites: two first starts agree on one file. */
function writeKeys(file: string, keys: readonly SealKey[], { replace = false } = {}): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lines = [
    '# Keys that secrets in the database are sealed with. Keep a copy apart from the database; without it they are lost.',
  ];
  for (const { id, bytes } of keys) lines.push(`${id}:${bytes.toString('base64')}`);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${lines.join('\n')}\n`, { mode: 0o600, flush: true });
  if (replace) {
    renameSync(draft, file);
    return;
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Compares our keys with those this database is sealed with, and makes ours known to it. Throws `invalid_config` for another key of the same id, and
 * when the database is sealed with keys of which we have none: a replica that was given other keys must not start.
 */
export async function checkSealKeys(database: Database, keys: readonly SealKey[], clock: Clock): Promise<void> {
  await database.transaction(async (tx) => {
    await database.dialect.advisoryLock(tx, 'pilothouse seal keys');
    const known = await tx.selectFrom('seal_keys').select(['id', 'proof']).execute();
    for (const key of keys) {
      const proof = proofOf(key);
      const same = known.find(({ id }) => id === key.id);
      if (same && same.proof !== proof)
        throw appError('invalid_config', `The seal key ${key.id} is not the one this database was sealed with.`);
    }
    if (known.length > 0 && !keys.some((key) => known.some(({ id }) => id === key.id)))
      throw appError(
        'invalid_config',
        `This database is sealed with ${known.map(({ id }) => id).join(', ')}, and no such key is here. Give the same keys to every replica (PILOTHOUSE_SEAL_KEYS).`,
      );
    for (const key of keys)
      await tx
        .insertInto('seal_keys')
        .values({ id: key.id, proof: proofOf(key), created_at: clock.now() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
  });
}

/** Tells keys apart and gives nothing of them away: they are random. */
function proofOf({ id, bytes }: SealKey): string {
  return createHash('sha256').update('pilothouse seal key proof').update(id).update(bytes).digest('base64url');
}
