import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CliIo } from './cli-io.ts';

/** The server's data folder, by the server's own default, so that a server started in any way on this machine is found. */
export function dataFolder(env: CliIo['env']): string {
  const folder = env.PILOTHOUSE_DATA || '~/.pilothouse';
  return folder === '~' || folder.startsWith('~/') ? join(homedir(), folder.slice(1)) : resolve(folder);
}
