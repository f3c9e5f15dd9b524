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
  const signal = signedIn ? AbortSignal.any([context.signal, signedIn.accessEnd]) : context.signal;
  reply.hijack();
  raw.writeHead(200, {
    ...headersOf(reply),
    'content-type': options.contentType,
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    ...options.headers,
  });
  raw.flushHeaders();
  const stop = () => raw.end();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return {
    signal,
    write(data) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (raw.destroyed) return Promise.reject(appError('shutting_down', 'The client went away.'));
      if (raw.write(data)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const settle = () => {
          raw.off('drain', settle);
          raw.off('close', settle);
          if (signal.aborted || raw.destroyed)
            reject(signal.reason ?? appError('shutting_down', 'The client went away.'));
          else resolve();
        };
        raw.once('drain', settle);
        raw.once('close', settle);
      });
    },
    end() {
      signal.removeEventListener('abort', stop);
      raw.end();
    },
  };
}
