import { AppError } from '@pilothouse/core';
import type { CliIo } from './cli-io.ts';
import { readLocalServer } from './local-server.ts';
import { readSavedConfig, type SavedServer } from './saved-config.ts';
import { readTokenFile } from './secret-input.ts';
import { serverUrl } from './server-url.ts';

export type ServerChoice = {
  readonly url: string;
  readonly token: string | undefined;
  /** What was saved for this server; empty when nothing was. */
  readonly saved: SavedServer;
  readonly from: 'flag' | 'environment' | 'login' | 'local';
};

/**
 * Which server, and as whom. The address: --server, PILOTHOUSE_SERVER, the last login, the server running on this machine in local mode.
 * The token: PILOTHOUSE_TOKEN, PILOTHOUSE_TOKEN_FILE, the login to that server, the local server's own token.
 */
export function chooseServer(options: { env: CliIo['env']; server?: string | undefined }): ServerChoice {
  const { env } = options;
  const config = readSavedConfig(env);
  const local = readLocalServer(env);
  const named = options.server ?? env.PILOTHOUSE_SERVER;
  const url = named ? serverUrl(named) : (config.current ?? local?.url);
  if (!url)
    throw new AppError('unauthenticated', 'not_signed_in', 'No server is chosen.', {
      extra: { next: 'run `pilothouse login <url>`, or `pilothouse start --local` for one on this machine' },
    });
  const saved = config.servers[url] ?? {};
  const token = environmentToken(env) ?? saved.token ?? (local?.url === url ? local.token : undefined);
  return { url, token, saved, from: choiceOf({ named: options.server, env, current: config.current }) };
}

function choiceOf(given: {
  named: string | undefined;
  env: CliIo['env'];
  current: string | undefined;
}): ServerChoice['from'] {
  if (given.named) return 'flag';
  if (given.env.PILOTHOUSE_SERVER) return 'environment';
  return given.current ? 'login' : 'local';
}

function environmentToken(env: CliIo['env']): string | undefined {
  if (env.PILOTHOUSE_TOKEN) return env.PILOTHOUSE_TOKEN;
  return env.PILOTHOUSE_TOKEN_FILE ? readTokenFile(env.PILOTHOUSE_TOKEN_FILE) : undefined;
}
