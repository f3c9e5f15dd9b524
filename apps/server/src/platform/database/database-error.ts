import { appError, isAppError } from '@pilothouse/core';

/** SQLite primary result codes (https://www.sqlite.org/rescode.html) after which the same statement may work later. */
const sqliteUnavailable: Readonly<Record<number, string>> = {
  5: 'another process holds it',
  6: 'another process holds it',
  8: 'it is read-only',
  10: 'the disk reported an error',
  11: 'the file is damaged',
  13: 'the disk is full',
  14: 'the file cannot be opened',
  26: 'the file is no database',
};
const sqliteUnique = [1555, 2067, 2579];

const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
];

/** Makes what a driver throws into the errors the rest knows; leaves what is a mistake of ours as it is. */
export function mapDatabaseError(error: unknown): unknown {
  if (isAppError(error) || !(error instanceof Error)) return error;
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return mapSqlite(error, errcode);
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !networkCodes.includes(code))
    return mapPostgres(error, code);
  const lost =
    /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i;
  if ((typeof code === 'string' && networkCodes.includes(code)) || lost.test(error.message))
    return unavailable('the connection was lost', error);
  return error;
}

function mapSqlite(error: Error, errcode: number): unknown {
  if (sqliteUnique.includes(errcode)) return alreadyExists(error);
  const reason = sqliteUnavailable[errcode & 0xff];
  return reason ? unavailable(reason, error) : error;
}

/** PostgreSQL error codes, appendix A: 08 connection, 53 resources, 57P shut down, 58 system, 25006 a standby took over. */
function mapPostgres(error: Error, code: string): unknown {
  if (code === '23505') return alreadyExists(error);
  if (code === '53100') return unavailable('the disk is full', error);
  if (/^(08|53|57P|58|25006)/.test(code)) return unavailable('it is restarting or out of resources', error);
  return error;
}

/** After these the transaction was undone through no fault of its own. */
export function mayRunAgain(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === '40001' || code === '40P01';
}

function alreadyExists(cause: Error): Error {
  return appError('already_exists', 'Something of that name exists.', { cause });
}

function unavailable(reason: string, cause: Error): Error {
  return appError('database_unavailable', `The database cannot be used now: ${reason}.`, {
    cause,
    retryAfterSeconds: 5,
  });
}
