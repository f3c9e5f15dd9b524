import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { appError, systemClock } from '@pilothouse/core';
import type { ServerConfig } from './platform/config/config-schema.ts';
import { resealAll } from './platform/crypto/reseal.ts';
import { addSealKey, checkSealKeys, dropOldSealKeys, loadSealKeys } from './platform/crypto/seal-keys.ts';
import { createSealer } from './platform/crypto/sealer.ts';
import { openDatabase } from './platform/database/open-database.ts';
import { sqliteFile } from './platform/database/open-storage.ts';
import { openDoorbell } from './platform/events/open-doorbell.ts';
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

/** Sets the password of an account to what comes on standard input; for whoever is locked out. The server may run meanwhile. */
export async function resetPasswordOf(config: ServerConfig, email: string): Promise<void> {
  const { databaseUrl, data } = config;
  const log = createPinoLogger({ level: config.logLevel });
  const file = join(data, sqliteFile);
  if (!databaseUrl && !existsSync(file)) throw appError('invalid_config', `There is no database ${file}.`);
  if (process.stdin.isTTY)
    process.stderr.write(`Type the new password of ${email}, then Enter and Ctrl-D. It is shown.\n`);
  const password = readFileSync(0, 'utf8').replace(/\r?\n$/, '');
  const database = await openDatabase({ log, ...(databaseUrl ? { postgresUrl: databaseUrl } : { sqliteFile: file }) });
  try {
    const { doorbell } = openDoorbell({ config, database, log, clock: systemClock });
    const { resetPassword } = await import('./modules/identity/reset-password.ts');
    await resetPassword({ email, password }, { database, doorbell, clock: systemClock });
    process.stdout.write(`The password of ${email} is set, the account is enabled, and its sessions have ended.\n`);
  } finally {
    await database.close();
  }
}
