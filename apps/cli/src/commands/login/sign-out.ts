import { createApiClient, routeTable as routes } from '@pilothouse/contract/client';
import { isAppError, messageOf } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { readSavedConfig, writeSavedConfig } from '../../runtime/saved-config.ts';
import { serverUrl } from '../../runtime/server-url.ts';

export async function signOut(context: CliContext, _options: object, address?: string): Promise<number> {
  const { env } = context.io;
  const config = readSavedConfig(env);
  const url = address ? serverUrl(address) : config.current;
  const saved = url ? config.servers[url] : undefined;
  if (!url || !saved) {
    context.note(url ? `Not signed in to ${url}.` : 'Not signed in.');
    return 0;
  }
  const { token, tokenId } = saved;
  if (token && tokenId) {
    const client = createApiClient({ baseUrl: url, accessToken: async () => token });
    await client.call(routes.deleteToken, { params: { id: tokenId } }).catch((error: unknown) => {
      if (isAppError(error) && (error.kind === 'unauthenticated' || error.kind === 'not-found')) return;
      context.warn(`the token could not be revoked on the server (${messageOf(error)}); revoke it in Settings.`);
    });
  }
  delete config.servers[url];
  if (config.current === url) delete config.current;
  writeSavedConfig(env, config);
  context.note(`Signed out of ${url}.`);
  return 0;
}
