import { api, routes } from '../api.ts';
import { createSocketFeed } from './socket-feed.ts';
import { createSseFeed } from './sse-feed.ts';
import type { FeedHandlers, FeedRequest, OpenFeed } from './table-feed.ts';

const overSse = createSseFeed(api);
let socketsWork = true;

const overSocket = createSocketFeed({
  address: async () => (await api.call(routes.createTicket, { body: { path: '/ws/watch' } })).url,
  unusable(feeds) {
    socketsWork = false;
    for (const { request, handlers } of feeds) {
      const { type: _type, id: _id, snapshot: _snapshot, ...filter } = request;
      const closed = closers.get(handlers);
      if (closed) closed.close = overSse(filter, handlers);
    }
  },
});

/** Open feeds, so that one that changes its way can still be closed by whoever opened it. */
const closers = new Map<FeedHandlers, { close(): void }>();

/** The changes of a table: over the page's one WebSocket, over SSE where those do not pass. */
export const openLiveTable: OpenFeed = (request: FeedRequest, handlers: FeedHandlers) => {
  const entry = { close: () => {} };
  closers.set(handlers, entry);
  const close = (socketsWork ? overSocket : overSse)(request, handlers);
  entry.close = close;
  return () => {
    closers.delete(handlers);
    entry.close();
  };
};
