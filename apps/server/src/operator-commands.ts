import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { appError, systemClock } from '@pilothouse/core';
import type { ServerConfig } from './platform/config/config-schema.ts';
import { resealAll } from './platform/crypto/reseal.ts';
import { addSealKey, checkSealKeys, dropOldSealKeys, loadSealKeys } from './platform/crypto/seal-keys.ts';
import { createSealer } from './platform/crypto/sealer.ts';
import { openDatabase } from './platform/database/open-database.ts';
import { sqliteFile } from './platform/database/open-storage.ts';
import { createPinoLogger } from './platform/telemetry/pino-logger.ts';
import { sealedColumns } from './sealed-columns.ts';

/** A consistent copy of the SQLite database, also while the server writes. */
export async function backUp(config: ServerConfig, file: string): Promise<void> {
  if (config.databaseUrl) throw appError('invalid_config', 'The database is PostgreSQL: back it up with pg_dump.');
  if (existsSync(file)) throw appError('invalid_config', `${file} exists already.`);
  const source = new DatabaseSync(join(config.data, sqliteFile), { readOnly: true });
  await backup(source, file);
  source.close();
  const copy = new DatabaseSync(file, { readOnly: true });
  const [check] = copy.prepare('pragma integrity_check').all() as { integrity_check: string }[];
  copy.close();
  if (check?.integrity_check !== 'ok') throw new Error(`The copy is damaged: ${check?.integrity_check}`);
  process.stdout.write(
    `Copied the database to ${file}. Keep the key file ${join(config.data, 'seal-keys')} too, apart from it.\n`,
  );
}

/**
 * Seals every secret with a new key. With a key file: adds a key, seals anew, drops the old ones; stop the server before. With keys from the
 * configuration: seals everything with the first of them.
 */
export async function rotateSealKey(config: ServerConfig): Promise<void> {
  const fromFile = config.sealKeys.length === 0;
  const { databaseUrl, data } = config;
  const log = createPinoLogger({ level: config.logLevel });
  const { lockDataFolder } = await import('./platform/database/data-folder-lock.ts');
  const lock = databaseUrl ? undefined : lockDataFolder(data);
  if (fromFile) addSealKey(data);
  const keys = loadSealKeys(config);
  const database = await openDatabase({
    log,
    ...(databaseUrl ? { postgresUrl: databaseUrl } : { sqliteFile: join(data, sqliteFile) }),
  });
  try {
    await checkSealKeys(database, keys, systemClock);
    const sealer = createSealer(keys);
    const resealed = await resealAll(database, sealer, sealedColumns);
    if (fromFile) dropOldSealKeys(data);
    process.stdout.write(
      `Sealed ${resealed} secrets with the key ${sealer.activeKeyId}.${fromFile ? '' : ' The other keys of PILOTHOUSE_SEAL_KEYS are needed no more.'}\n`,
    );
  } finally {
    await database.close();
    lock?.release();
  }
}
