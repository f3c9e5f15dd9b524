import { join } from 'node:path';
import type { Clock, Logger } from '@pilothouse/core';
import { appError } from '@pilothouse/core';
import type { ServerConfig } from '../config/config-schema.ts';
import { checkSealKeys, loadSealKeys } from '../crypto/seal-keys.ts';
import { createSealer, type Sealer } from '../crypto/sealer.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import type { Database } from './database.ts';
import { isMigrated, migrate } from './migrate.ts';
import { migrations } from './migrations/migrations.ts';
import { openDatabase } from './open-database.ts';

export type StorageOptions = {
  config: Pick<ServerConfig, 'data' | 'databaseUrl' | 'databasePool' | 'sealKeys'>;
  log: Logger;
  clock: Clock;
  observe?: (milliseconds: number, failed: boolean) => void;
};

export type Storage = {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Throws unless every migration is applied. */
  isReady(): Promise<void>;
  close(): Promise<void>;
};

export const sqliteFile = 'pilothouse.db';

/** The database of the configuration, migrated, and what opens its sealed secrets. */
export async function openStorage({ config, log, clock, observe }: StorageOptions): Promise<Storage> {
  const { data, databaseUrl } = config;
  const lock = databaseUrl ? undefined : lockDataFolder(data);
  const location = databaseUrl
    ? { postgresUrl: databaseUrl, poolSize: config.databasePool }
    : { sqliteFile: join(data, sqliteFile) };
  const database = await openDatabase({ ...location, log, clock, ...(observe ? { observe } : {}) });
  await migrate(database, migrations, log);
  const keys = loadSealKeys(config);
  await checkSealKeys(database, keys, clock);
  return {
    database,
    sealer: createSealer(keys),
    async isReady() {
      if (!(await isMigrated(database, migrations)))
        throw appError('database_unavailable', 'The database is not migrated.');
    },
    async close() {
      await database.close();
      lock?.release();
    },
  };
}
