import { appError } from '@pilothouse/core';
import { headersOf } from '../http/base-headers.ts';
import type { RequestContext } from '../http/request-context.ts';

/** An answer written bit by bit at the pace of its reader: NDJSON, plain text. */
export type ResponseStream = {
  /** Aborts when the reader is gone, the access of its principal ends, or the server stops. */
  readonly signal: AbortSignal;
  /** Resolves when there is room for more. Rejects with the signal's reason once that has aborted. */
  write(data: string | Uint8Array): Promise<void>;
  end(): void;
};

export type ResponseStreamOptions = { contentType: string; headers?: Readonly<Record<string, string>> };

/** Sends the headers and hands the answer over. What fails from here on can only be told inside the stream. */
export function openResponseStream(context: RequestContext, options: ResponseStreamOptions): ResponseStream {
  const { reply, signedIn } = context;
  const { raw } = reply;
  const ended = new AbortController();
  const end = (reason: Error) => {
    if (ended.signal.aborted) return;
    unregister();
    ended.abort(reason);
    raw.end();
  };
  const unregister = context.streams.add({
    kind: 'body',
    principal: signedIn,
    close: (_, message) => end(appError('shutting_down', message)),
  });
  const others = signedIn ? AbortSignal.any([context.signal, signedIn.accessEnd]) : context.signal;

  reply.hijack();
  raw.writeHead(200, {
    ...headersOf(reply),
    'content-type': options.contentType,
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    ...options.headers,
  });
  raw.flushHeaders();
  raw.on('error', () => {});
  const onOthers = () => end(others.reason as Error);
  if (others.aborted) onOthers();
  else others.addEventListener('abort', onOthers, { once: true });

  return {
    signal: ended.signal,
    async write(data) {
      ended.signal.throwIfAborted();
      if (raw.write(data)) return;
      await new Promise<void>((resolve) => {
        raw.once('drain', resolve);
        ended.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      ended.signal.throwIfAborted();
    },
    end() {
      others.removeEventListener('abort', onOthers);
      end(new Error('The stream has ended.'));
    },
  };
}
