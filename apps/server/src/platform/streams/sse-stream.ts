import { headersOf } from '../http/base-headers.ts';
import type { RequestContext } from '../http/request-context.ts';
import { encodeSseEvent, type SseEvent } from './sse-event.ts';

/** One client's `text/event-stream` (WHATWG HTML, 9.2). */
export type SseStream = {
  /** Aborts when the client is gone or was disconnected, when its access ends, and when the server stops. */
  readonly signal: AbortSignal;
  readonly lastEventId: string | undefined;
  send(event: SseEvent): void;
  /** Sends frames that were encoded once and are shared by many clients (`encodeSseEvent`). */
  sendEncoded(frames: Buffer): void;
  /** Resolves when most of what was sent is on its way, or when the stream has ended. */
  drained(): Promise<void>;
  /** Tells the client why (an event `close` with `{ code, message }`), then ends the stream. */
  close(code: string, message: string): void;
};

export type SseStreamOptions = {
  /** Milliseconds between heartbeat comments (default 15,000). */
  heartbeat?: number;
  /** Bytes a client may lag behind before it is disconnected with `stream_too_slow` (default 1 MiB). */
  bufferLimit?: number;
  /** Milliseconds a closed client gets to read what is left, before its connection is cut (default 5,000). */
  closeDeadline?: number;
};

const defaults = { heartbeat: 15_000, bufferLimit: 1024 * 1024, closeDeadline: 5000 };
const heartbeatFrame = Buffer.from(':\n\n');
const tooSlow = 'This client did not read its stream fast enough. Reconnect to go on.';

/** Opens the stream as the answer of the request. Throws before anything was sent when the principal has too many open. */
export function createSseStream(context: RequestContext, options: SseStreamOptions = {}): SseStream {
  const { heartbeat, bufferLimit, closeDeadline } = { ...defaults, ...options };
  const { reply, request, signedIn } = context;
  const { raw } = reply;
  const ended = new AbortController();
  const unregister = context.streams.add({ kind: 'sse', principal: signedIn, close });

  reply.hijack();
  // Without chunks all clients can be given the very same bytes; the end of the connection is the end of the stream.
  raw.shouldKeepAlive = false;
  for (const [name, value] of Object.entries(headersOf(reply))) raw.setHeader(name, value);
  raw.removeHeader('transfer-encoding');
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
  raw.setHeader('cache-control', 'no-store, no-transform');
  raw.setHeader('x-accel-buffering', 'no');
  raw.writeHead(200);
  raw.flushHeaders();
  raw.socket?.setNoDelay(true);
  raw.on('error', () => {});
  raw.once('close', () => end());

  const timer = setInterval(() => write(heartbeatFrame), heartbeat);
  timer.unref();
  const onAccessEnd = () => close('access_changed', 'Your access changed. Connect again.');
  if (signedIn?.accessEnd.aborted) onAccessEnd();
  else signedIn?.accessEnd.addEventListener('abort', onAccessEnd, { once: true });

  function end(): void {
    if (ended.signal.aborted) return;
    clearInterval(timer);
    unregister();
    signedIn?.accessEnd.removeEventListener('abort', onAccessEnd);
    ended.abort(new Error('The stream has ended.'));
  }

  function write(bytes: Buffer): void {
    if (ended.signal.aborted) return;
    if (raw.writableLength > bufferLimit) close('stream_too_slow', tooSlow);
    else raw.write(bytes);
  }

  function close(code: string, message: string): void {
    if (ended.signal.aborted) return;
    end();
    raw.end(encodeSseEvent({ event: 'close', data: JSON.stringify({ code, message }) }));
    const cut = setTimeout(() => raw.destroy(), closeDeadline);
    cut.unref();
    raw.once('close', () => clearTimeout(cut));
  }

  const lastEventId = request.headers['last-event-id'];
  return {
    signal: ended.signal,
    lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
    send: (event) => write(encodeSseEvent(event)),
    sendEncoded: write,
    async drained() {
      while (raw.writableNeedDrain && !ended.signal.aborted)
        await new Promise<void>((resolve) => {
          raw.once('drain', resolve);
          ended.signal.addEventListener('abort', () => resolve(), { once: true });
        });
    },
    close,
  };
}
