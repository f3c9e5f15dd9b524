import type { ServerResponse } from 'node:http';
import type { QueryOf, resourceRoutes } from '@pilothouse/contract';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { encodeSseEvent } from '../../platform/streams/sse-event.ts';
import { createSseStream } from '../../platform/streams/sse-stream.ts';
import type { ClusterScopes } from './cluster-scopes.ts';
import type { FeedMessage } from './table-feed.ts';
import type { TableFeeds } from './table-feeds.ts';

export type StreamQuery = QueryOf<typeof resourceRoutes.streamResources>;

/** One client's live table over SSE. The bytes of a message are made once for all clients of its feed. */
export function createResourceStream({ scopes, feeds }: { scopes: ClusterScopes; feeds: TableFeeds }) {
  const encoded = new WeakMap<FeedMessage, Buffer>();

  function framesOf(message: FeedMessage): Buffer {
    const known = encoded.get(message);
    if (known) return known;
    const frames = encodeSseEvent({ data: message.json, ...(message.id === '' ? {} : { id: message.id }) });
    encoded.set(message, frames);
    return frames;
  }

  return async (resource: string, query: StreamQuery, context: RequestContext): Promise<void> => {
    const inScope = await scopes(context.principal, query.clusters);
    const { feed, release } = await feeds.open(inScope, resource, query);
    try {
      const stream = createSseStream(context);
      const leave = feed.join(
        {
          message: (message) => stream.sendEncoded(framesOf(message)),
          room: () => roomIn(context.reply.raw),
          end: (reason) => stream.close('table_changed', reason),
        },
        { lastId: stream.lastEventId, snapshot: query.snapshot ?? false },
      );
      const finish = () => {
        leave();
        release();
      };
      if (stream.signal.aborted) finish();
      else stream.signal.addEventListener('abort', finish, { once: true });
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** A client that catches up is given no more than this ahead of what it has read. */
const aheadOf = 256 * 1024;

function roomIn(raw: ServerResponse): Promise<void> | undefined {
  if (raw.writableLength <= aheadOf || raw.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.once('drain', done);
    raw.once('close', done);
  });
}
