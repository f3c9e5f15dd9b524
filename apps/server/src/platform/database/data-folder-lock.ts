import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { appError } from '@pilothouse/core';

/**
 * One server per data folder: caches and doorbells of two would not hear of each other. Held by a lock on a file, which the operating
 * system lets go of however the process ends. Throws `invalid_config` when another server has it.
 */
export function lockDataFolder(data: string): { release(): void } {
  const lock = new DatabaseSync(join(data, 'server.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (cause) {
    lock.close();
    throw appError(
      'invalid_config',
      `Another server runs on the data folder ${data}. Stop it, or give this one a folder of its own (PILOTHOUSE_DATA).`,
      { cause },
    );
  }
  return { release: () => lock.close() };
}
