import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { appError, messageOf } from '@pilothouse/core';
import { kindOfSecretToken } from './secret-token.ts';

/**
 * Writes a token for this user alone (0600): beside, flushed, then moved into place, so that nobody reads half of it and a crash leaves the file
 * before or the file after. Refuses to replace what is no token. Throws `invalid_config` that names the setting.
 */
export function writeTokenFile(file: string, token: string, setting: string): void {
  refuseOtherContent(file, setting);
  const beside = `${file}.${process.pid}.new`;
  try {
    rmSync(beside, { force: true });
    const descriptor = openSync(beside, 'wx', 0o600);
    try {
      writeSync(descriptor, `${token}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, file);
  } catch (cause) {
    throw appError('invalid_config', `${setting}: the file ${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

function refuseOtherContent(file: string, setting: string): void {
  const content = readIfThere(file, setting)?.trim();
  if (content === undefined || content === '' || kindOfSecretToken(content) === 'personal') return;
  throw appError('invalid_config', `${setting}: the file ${file} exists and holds no token; it is left alone.`);
}

function readIfThere(file: string, setting: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw appError('invalid_config', `${setting}: the file ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The content without one line end at its end. Throws `invalid_config` for a file that is missing, unreadable or empty. */
export function readPasswordFile(file: string, setting: string): string {
  const content = readIfThere(file, setting);
  if (content === undefined) throw appError('invalid_config', `${setting}: there is no file ${file}.`);
  const password = content.replace(/\r?\n$/, '');
  if (password === '') throw appError('invalid_config', `${setting}: the file ${file} is empty.`);
  return password;
}
