import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError, messageOf } from '@pilothouse/core';
import type { CliIo } from './cli-io.ts';

/** What is remembered of one server. The token is a personal token, made by `login` and revoked by `logout`. */
export type SavedServer = {
  token?: string;
  tokenId?: string;
  user?: string;
  /** Chosen with `pilothouse use`. */
  cluster?: string;
  namespace?: string;
};

export type SavedConfig = { current?: string; servers: Record<string, SavedServer> };

export function configPath(env: CliIo['env']): string {
  return (
    env.PILOTHOUSE_CLI_CONFIG ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'pilothouse', 'config.json')
  );
}

/** A missing file is an empty configuration; a broken one is an error, never overwritten. */
export function readSavedConfig(env: CliIo['env']): SavedConfig {
  const path = configPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} };
    throw new AppError('invalid', 'invalid_config', `Cannot read ${path}: ${messageOf(error)}`);
  }
  try {
    const parsed = JSON.parse(text) as Partial<SavedConfig> | null;
    if (!parsed || typeof parsed !== 'object') throw new Error('not an object');
    return { ...parsed, servers: parsed.servers ?? {} };
  } catch (error) {
    throw new AppError(
      'invalid',
      'invalid_config',
      `${path} is not what \`pilothouse login\` writes: ${messageOf(error)}`,
      {
        extra: { next: 'mend it, or delete it and sign in again' },
      },
    );
  }
}

/** Replaced whole, so that a reader sees the old file or the new one; only its owner may read it, as it holds tokens. */
export function writeSavedConfig(env: CliIo['env'], config: SavedConfig): void {
  const path = configPath(env);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}

export function updateSavedServer(
  env: CliIo['env'],
  server: string,
  change: (saved: SavedServer) => SavedServer,
): void {
  const config = readSavedConfig(env);
  config.servers[server] = change(config.servers[server] ?? {});
  writeSavedConfig(env, config);
}
