import { createApiClient, routeTable } from '@pilothouse/contract/client';
import { isAppError } from '@pilothouse/core';
import { serverReach } from './server-reach.ts';
import { createSessionStore } from './session-store.ts';
import { createTabChannel, tabLock } from './tab-channel.ts';

export const routes = routeTable;

async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    const answer = await fetch(input, init);
    serverReach.reached();
    return answer;
  } catch (error) {
    if (!init?.signal?.aborted) serverReach.missed();
    throw error;
  }
}

/** Without a token: sign-in, set-up and refresh. */
export const publicApi = createApiClient({ baseUrl: '', fetch: watchedFetch });

export const session = createSessionStore({
  lock: tabLock,
  channel: createTabChannel(),
  async refresh() {
    try {
      return await publicApi.call(routes.refresh);
    } catch (error) {
      if (isAppError(error) && (error.kind === 'unauthenticated' || error.kind === 'forbidden')) return undefined;
      throw error;
    }
  },
});

export const api = createApiClient({ baseUrl: '', fetch: watchedFetch, accessToken: session.accessToken });
