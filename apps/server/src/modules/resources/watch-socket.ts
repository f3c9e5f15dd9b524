import { type WatchAnswer, WatchRequest } from '@pilothouse/contract';
import { appError, isAppError, messageOf } from '@pilothouse/core';
import Value from 'typebox/value';
import type { WebSocket } from 'ws';
import { type WebSocketConnection, webSocketEndpoint } from '../../platform/streams/web-socket-endpoint.ts';
import type { ClusterScopes } from './cluster-scopes.ts';
import type { TableFeeds } from './table-feeds.ts';

/** Subscriptions on one socket. */
const mostSubscriptions = 50;
const longestRequest = 64 * 1024;

/** `/ws/watch`: any number of live tables over one socket, each under an id of the client's choosing. */
export function createWatchEndpoint({ scopes, feeds }: { scopes: ClusterScopes; feeds: TableFeeds }) {
  return webSocketEndpoint({
    path: '/ws/watch',
    // Each subscription is checked for itself; what a principal may not see is not in its feed.
    authorize() {},
    open: (connection) => serve(connection, { scopes, feeds }),
  });
}

async function serve(
  connection: WebSocketConnection<'/ws/watch'>,
  deps: { scopes: ClusterScopes; feeds: TableFeeds },
): Promise<void> {
  const { socket, principal, signal } = connection;
  const subscriptions = new Map<string, () => void>();
  const answer = (message: WatchAnswer) => connection.send(JSON.stringify(message));

  async function subscribe(request: Extract<WatchRequest, { type: 'subscribe' }>): Promise<void> {
    const { type: _, id, resource, snapshot = false, ...query } = request;
    if (subscriptions.has(id)) throw appError('already_exists', `There is a subscription "${id}" already.`);
    if (subscriptions.size >= mostSubscriptions)
      throw appError('too_many_streams', `One socket carries ${mostSubscriptions} subscriptions at most.`);
    let ended = false;
    let stop = () => {};
    const end = () => {
      ended = true;
      if (subscriptions.get(id) === end) subscriptions.delete(id);
      stop();
    };
    subscriptions.set(id, end);
    try {
      const { feed, release } = await deps.feeds.open(await deps.scopes(principal, query.clusters), resource, query);
      if (ended) return release();
      const head = `{"type":"message","id":${JSON.stringify(id)},"message":`;
      const leave = feed.join(
        {
          message: (message) => connection.send(`${head}${message.json}}`),
          room: () => roomIn(socket),
          end(reason) {
            answer({
              type: 'error',
              id,
              code: 'table_changed',
              message: reason || 'The table changed; subscribe again.',
            });
            end();
          },
        },
        { snapshot },
      );
      stop = () => {
        leave();
        release();
      };
    } catch (error) {
      end();
      throw error;
    }
  }

  async function handle(data: string): Promise<void> {
    const request = parseRequest(data);
    if (request.type === 'unsubscribe') return subscriptions.get(request.id)?.();
    try {
      await subscribe(request);
    } catch (error) {
      answer({ type: 'error', id: request.id, ...describe(error) });
    }
  }

  socket.on('message', (data, isBinary) => {
    const text = isBinary ? '' : String(data);
    handle(text).catch((error: unknown) => answer({ type: 'error', ...describe(error) }));
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const end of [...subscriptions.values()]) end();
}

function parseRequest(text: string): WatchRequest {
  if (text.length > longestRequest) throw appError('invalid_input', 'The request is too long.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw appError('invalid_input', 'The request is not JSON.');
  }
  if (!Value.Check(WatchRequest, value)) throw appError('invalid_input', 'The request is not a WatchRequest.');
  return value;
}

function describe(error: unknown): { code: string; message: string } {
  return isAppError(error)
    ? { code: error.code, message: messageOf(error) }
    : { code: 'internal', message: 'Something went wrong here.' };
}

/** A client that catches up is given no more than this ahead of what it has read. */
const aheadOf = 1024 * 1024;

function roomIn(socket: WebSocket): Promise<void> | undefined {
  if (socket.bufferedAmount <= aheadOf) return undefined;
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (socket.bufferedAmount > aheadOf && socket.readyState === socket.OPEN) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
}
