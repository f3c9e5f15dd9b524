import type { WatchAnswer, WatchRequest } from '@pilothouse/contract';
import { type FeedHandlers, type OpenFeed, retryDelay } from './table-feed.ts';

type Feed = { request: WatchRequest & { type: 'subscribe' }; handlers: FeedHandlers; told: boolean };

export type SocketFeedOptions = {
  /** A fresh URL with a one-time ticket. */
  address(): Promise<string>;
  connect?: (url: string) => WebSocket;
  /** Called when sockets do not open at all here, as behind some proxies. */
  unusable(feeds: { request: Feed['request']; handlers: FeedHandlers }[]): void;
};

/** Socket attempts in a row that never opened, after which another way is tried. */
const attemptsBeforeGivingUp = 3;
const idleBeforeClosing = 10_000;

/**
 * Every table of this page over one WebSocket: browsers allow six connections to a server that speaks HTTP/1.1, and one SSE stream for
 * each table, panel and tab would use them up.
 */
export function createSocketFeed(options: SocketFeedOptions): OpenFeed {
  const { address, connect = (url) => new WebSocket(url), unusable } = options;
  const feeds = new Map<string, Feed>();
  let socket: WebSocket | undefined;
  let opening = false;
  let everOpen = false;
  let attempt = 0;
  let lastId = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;

  const send = (request: WatchRequest) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
  };

  async function open(): Promise<void> {
    if (socket || opening) return;
    opening = true;
    clearTimeout(retryTimer);
    try {
      const url = new URL(await address(), location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      attach(connect(url.href));
    } catch {
      lost();
    } finally {
      opening = false;
    }
  }

  function attach(created: WebSocket): void {
    socket = created;
    let opened = false;
    created.onopen = () => {
      opened = true;
      everOpen = true;
      attempt = 0;
      for (const feed of feeds.values()) send(feed.request);
    };
    created.onmessage = (event) => receive(JSON.parse(String(event.data)) as WatchAnswer);
    created.onclose = () => {
      if (socket !== created) return;
      socket = undefined;
      if (!opened && !everOpen && attempt + 1 >= attemptsBeforeGivingUp) giveUp();
      else lost();
    };
  }

  function giveUp(): void {
    const left = [...feeds.values()].map(({ request, handlers }) => ({ request, handlers }));
    feeds.clear();
    unusable(left);
  }

  function lost(): void {
    if (feeds.size === 0) return;
    for (const feed of feeds.values()) feed.handlers.state('retrying');
    retryTimer = setTimeout(() => void open(), retryDelay(attempt));
    attempt += 1;
  }

  function receive(answer: WatchAnswer): void {
    const feed = answer.id === undefined ? undefined : feeds.get(answer.id);
    if (!feed) return;
    if (answer.type === 'error') {
      feed.handlers.refused?.(answer);
      return;
    }
    if (answer.message.type === 'ready') {
      feed.handlers.state('live');
      // The first subscription has its list still to come; a later one follows a loss.
      if (feed.told) feed.handlers.gap();
      feed.told = true;
    }
    feed.handlers.message(answer.message);
  }

  return (filter, handlers) => {
    lastId += 1;
    const id = String(lastId);
    const feed: Feed = { request: { type: 'subscribe', id, ...filter }, handlers, told: false };
    feeds.set(id, feed);
    clearTimeout(idleTimer);
    handlers.state('connecting');
    if (socket) send(feed.request);
    else void open();
    return () => {
      if (!feeds.delete(id)) return;
      send({ type: 'unsubscribe', id });
      if (feeds.size > 0) return;
      idleTimer = setTimeout(() => {
        if (feeds.size > 0) return;
        const idle = socket;
        socket = undefined;
        idle?.close();
      }, idleBeforeClosing);
    };
  };
}
