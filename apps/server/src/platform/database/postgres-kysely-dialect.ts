import { type Logger, messageOf } from '@pilothouse/core';
import { type Dialect, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';

export type PostgresOptions = { url: string; log: Logger; poolSize?: number };

/** Object ids of the types we read otherwise than the driver does by itself (src/include/catalog/pg_type.dat). */
const oid = { int8: 20, json: 114, numeric: 1700, jsonb: 3802 } as const;

/** Numbers stay below 2^53 here (sequences, milliseconds); JSON columns are read as their text, as SQLite gives them. */
function parserOf(id: number): (text: string) => unknown {
  if (id === oid.int8 || id === oid.numeric) return Number;
  if (id === oid.json || id === oid.jsonb) return (text) => text;
  return types.getTypeParser(id);
}

export function createPostgresKyselyDialect({ url, log, poolSize = 10 }: PostgresOptions): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'pilothouse',
    types: { getTypeParser: ((id: number) => parserOf(id)) as typeof types.getTypeParser },
  });
  // An idle connection that the server ends must not end this process; the pool replaces it.
  pool.on('error', (error) => log.warn('an idle database connection ended', { error: messageOf(error) }));
  // One in use tells whoever waits for its answer; what it emits besides, after the server is gone, must not end this process either.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.debug('a database connection broke', { error: messageOf(error) }));
  });
  return new PostgresDialect({ pool });
}
