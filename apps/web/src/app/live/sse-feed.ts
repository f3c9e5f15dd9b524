import type { TableMessage } from '@pilothouse/contract';
import type { ApiClient } from '@pilothouse/contract/client';
import { routeTable as routes } from '@pilothouse/contract/client';
import { isAppError } from '@pilothouse/core';
import { type FeedHandlers, type FeedRequest, type OpenFeed, retryDelay } from './table-feed.ts';

/** One SSE stream for each table, resumed where it broke off. */
export function createSseFeed(api: ApiClient): OpenFeed {
  return (request, handlers) => {
    const abort = new AbortController();
    void follow({ api, request, handlers, signal: abort.signal });
    return () => abort.abort();
  };
}

type Follow = { api: ApiClient; request: FeedRequest; handlers: FeedHandlers; signal: AbortSignal };

async function follow({ api, request, handlers, signal }: Follow): Promise<void> {
  const { resource, ...query } = request;
  let lastId: string | undefined;
  let attempt = 0;
  handlers.state('connecting');
  while (!signal.aborted) {
    try {
      const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
      const events = await api.events(routes.streamResources, { params: { resource }, query, headers, signal });
      for await (const event of events) {
        if (signal.aborted) return;
        attempt = 0;
        if (event.id !== undefined) lastId = event.id;
        const message = JSON.parse(event.data) as TableMessage;
        if (message.type === 'ready') handlers.state('live');
        if (message.type === 'reset') handlers.gap();
        else handlers.message(message);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isAppError(error) && ['invalid', 'forbidden', 'not-found'].includes(error.kind)) {
        handlers.refused?.(error);
        return;
      }
    }
    if (signal.aborted) return;
    handlers.state('retrying');
    await pause(retryDelay(attempt), signal);
    attempt += 1;
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
