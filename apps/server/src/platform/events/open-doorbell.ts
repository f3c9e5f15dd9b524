import type { Clock, Logger, Service } from '@pilothouse/core';
import type { ServerConfig } from '../config/config-schema.ts';
import type { Database } from '../database/database.ts';
import { createLocalDoorbell, type Doorbell } from './doorbell.ts';
import { createPostgresDoorbell } from './postgres-doorbell.ts';

export type OpenDoorbellOptions = {
  config: Pick<ServerConfig, 'databaseUrl'>;
  database: Database;
  log: Logger;
  clock: Clock;
};

/** The doorbell that reaches every replica there can be, with what keeps it ringing. */
export function openDoorbell({ config, database, log, clock }: OpenDoorbellOptions): {
  doorbell: Doorbell;
  services: Service[];
} {
  if (!config.databaseUrl) return { doorbell: createLocalDoorbell(database), services: [] };
  const { doorbell, service } = createPostgresDoorbell({ database, url: config.databaseUrl, log, clock });
  return { doorbell, services: [service] };
}
