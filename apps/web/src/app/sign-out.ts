import { publicApi, routes, session } from './api.ts';
import { dock } from './dock/dock-store.ts';
import { queryClient } from './query-client.ts';

/** Ends the session here and on the server, in every tab; nothing that was read stays. */
export async function signOut(): Promise<void> {
  try {
    await publicApi.call(routes.signOut);
  } finally {
    dock.closeAll();
    queryClient.clear();
    session.drop();
  }
}
