import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../config/config-faults.ts';
import { headersOf } from './base-headers.ts';
import { compress } from './compression.ts';

export type JsonAnswer = { status: number; text: string | Buffer; etag?: string | undefined };

const hashedUpTo = 256 * 1024;

/** Sends JSON text: with an ETag on reads, as 304 where the client has it already, compressed where it travels. */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: JsonAnswer,
): FastifyReply | Promise<FastifyReply> {
  const { status, text } = answer;
  if (request.method === 'GET') {
    const etag = answer.etag ?? (text.length <= hashedUpTo ? `"${hash('sha1', text, 'base64url')}"` : undefined);
    if (etag) {
      reply.header('etag', etag);
      reply.header('cache-control', 'private, no-cache');
      reply.header('vary', 'authorization, accept-encoding');
      if (matches(request.headers['if-none-match'], etag)) return sendDirectly(reply, 304, '');
    }
  }
  reply.header('content-type', 'application/json; charset=utf-8');
  const acceptEncoding = request.headers['accept-encoding'];
  // Nothing is gained on the way to the same machine.
  if (acceptEncoding === undefined || isLoopback(request.ip)) return sendDirectly(reply, status, text);
  return sendCompressed(reply, answer, String(acceptEncoding));
}

async function sendCompressed(
  reply: FastifyReply,
  { status, text }: JsonAnswer,
  acceptEncoding: string,
): Promise<FastifyReply> {
  const compressed = await compress(text, acceptEncoding);
  if (!compressed) return sendDirectly(reply, status, text);
  reply.header('content-encoding', compressed.encoding);
  return sendDirectly(reply, status, compressed.body);
}

/** Past Fastify's own way of sending, which has nothing left to do: no hook changes an answer and it is text already. */
function sendDirectly(reply: FastifyReply, status: number, body: string | Buffer): FastifyReply {
  // Cookies are written by a hook of Fastify's own way.
  if (Reflect.has(reply, 'setCookie')) return reply.code(status).send(body);
  const { raw } = reply;
  const headers = headersOf(reply);
  if (status !== 304) headers['content-length'] = String(Buffer.byteLength(body));
  reply.hijack();
  raw.writeHead(status, headers);
  raw.end(body);
  return reply;
}

/** RFC 9110, 13.1.2: weak comparison. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === opaque);
}
