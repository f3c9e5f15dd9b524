import { type Clock, messageOf } from '@pilothouse/core';
import type { OpenStreams } from './open-streams.ts';
import type { WebSocketConnection } from './web-socket-endpoint.ts';

export type WebSocketLimits = {
  /** Milliseconds between pings; a client that answered none in that time is taken for gone. */
  pingInterval: number;
  /** Bytes a client may lag behind. */
  bufferLimit: number;
  /** Milliseconds a closed client gets to say goodbye. */
  closeDeadline: number;
};

const defaultLimits: WebSocketLimits = { pingInterval: 20_000, bufferLimit: 4 * 1024 * 1024, closeDeadline: 5000 };

/** Close codes of RFC 6455, 7.4.1 and the IANA registry. */
const closeStatus: Readonly<Record<string, number>> = {
  shutting_down: 1001,
  access_changed: 1008,
  stream_too_slow: 1013,
};

type Admitted = Omit<WebSocketConnection, 'signal' | 'send' | 'close'>;

/** Puts an accepted socket on the books, watches over it, and gives it to its endpoint. Throws when the principal has too many open. */
export function createWebSocketConnection(
  admitted: Admitted,
  { streams, limits }: { streams: OpenStreams; clock: Clock; limits?: Partial<WebSocketLimits> },
): WebSocketConnection {
  const { socket, principal, log } = admitted;
  const { pingInterval, bufferLimit, closeDeadline } = { ...defaultLimits, ...limits };
  const ended = new AbortController();
  const unregister = streams.add({
    kind: 'websocket',
    principal,
    close: (code, message) => close(closeStatus[code] ?? 1008, `${code}: ${message}`),
  });
  let alive = true;

  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, pingInterval);
  timer.unref();
  const onAccessEnd = () => close(1008, 'access_changed: Your access changed. Connect again.');
  principal.accessEnd.addEventListener('abort', onAccessEnd, { once: true });

  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', () => {
    alive = true;
  });
  socket.on('error', (error) => log.debug('a WebSocket broke', { error: messageOf(error) }));
  socket.once('close', () => {
    clearInterval(timer);
    unregister();
    principal.accessEnd.removeEventListener('abort', onAccessEnd);
    ended.abort(new Error('The WebSocket was closed.'));
  });
  if (principal.accessEnd.aborted) onAccessEnd();

  function close(status: number, reason: string): void {
    if (socket.readyState === socket.CLOSED || socket.readyState === socket.CLOSING) return;
    socket.close(
      status,
      Buffer.from(reason)
        .subarray(0, 120)
        .toString('utf8')
        .replace(/\ufffd+$/, ''),
    );
    ended.abort(new Error('The WebSocket is closing.'));
    const cut = setTimeout(() => socket.terminate(), closeDeadline);
    cut.unref();
    socket.once('close', () => clearTimeout(cut));
  }

  return {
    ...admitted,
    signal: ended.signal,
    close,
    send(data) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > bufferLimit)
        close(1013, 'stream_too_slow: This client did not read fast enough. Reconnect to go on.');
      else socket.send(data);
    },
  };
}
