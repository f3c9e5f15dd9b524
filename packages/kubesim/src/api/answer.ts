import { createGzip, gzip } from 'node:zlib';
import { type Exchange, header } from './exchange.ts';
import { statusOf } from './kube-error.ts';

/** Answers shorter than this are not worth compressing (the API server's own threshold). */
const gzipFrom = 128 * 1024;

export function sendJson(exchange: Exchange, code: number, body: unknown): void {
  sendBytes(exchange, { code, type: 'application/json', body: Buffer.from(`${JSON.stringify(body)}\n`) });
}

export function sendText(exchange: Exchange, code: number, text: string): void {
  sendBytes(exchange, { code, type: 'text/plain; charset=utf-8', body: Buffer.from(text) });
}

export function sendBytes(exchange: Exchange, answer: { code: number; type: string; body: Buffer }): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  beginHeaders(exchange, answer.code, answer.type);
  if (answer.body.length >= gzipFrom && acceptsGzip(exchange)) {
    response.setHeader('Content-Encoding', 'gzip');
    gzip(answer.body, { level: 1 }, (error, packed) => {
      if (error) response.destroy(error);
      else response.end(packed);
    });
    return;
  }
  response.setHeader('Content-Length', answer.body.length);
  response.end(answer.body);
}

/** Sends `chunks` one after the other, waiting for a slow reader; compresses when asked and worthwhile. */
export async function sendChunks(
  exchange: Exchange,
  size: number,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  const { response } = exchange;
  beginHeaders(exchange, 200, 'application/json');
  const packed = size >= gzipFrom && acceptsGzip(exchange);
  if (packed) response.setHeader('Content-Encoding', 'gzip');
  const sink = packed ? createGzip({ level: 1 }) : response;
  if (sink !== response) sink.pipe(response);
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!sink.write(chunk)) await drained(sink, response);
  }
  sink.end();
}

function drained(sink: NodeJS.WritableStream, response: Exchange['response']): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.removeListener('drain', done);
      response.removeListener('close', done);
      resolve();
    };
    sink.once('drain', done);
    response.once('close', done);
  });
}

export function beginHeaders(exchange: Exchange, code: number, type: string): void {
  const { response } = exchange;
  response.statusCode = code;
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'no-cache, private');
  if (exchange.warnings.length > 0) {
    const lines = [...new Set(exchange.warnings)].map((text) => `299 - ${JSON.stringify(text)}`);
    response.setHeader('Warning', lines);
  }
}

export function sendError(exchange: Exchange, error: unknown): void {
  const status = statusOf(error);
  const retry = status.details?.retryAfterSeconds;
  if (retry !== undefined && !exchange.response.headersSent) exchange.response.setHeader('Retry-After', String(retry));
  if (exchange.response.headersSent) exchange.response.destroy();
  else sendJson(exchange, status.code, status);
}

function acceptsGzip(exchange: Exchange): boolean {
  return /\bgzip\b/.test(header(exchange, 'accept-encoding'));
}
