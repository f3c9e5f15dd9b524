import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../config/config-faults.ts';
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
  reply.code(status);
  if (request.method === 'GET') {
    const etag = answer.etag ?? (text.length <= hashedUpTo ? `"${hash('sha1', text, 'base64url')}"` : undefined);
    if (etag) {
      reply
        .header('etag', etag)
        .header('cache-control', 'private, no-cache')
        .header('vary', 'authorization, accept-encoding');
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
    }
  }
  reply.header('content-type', 'application/json; charset=utf-8');
  const acceptEncoding = request.headers['accept-encoding'];
  // Nothing is gained on the way to the same machine.
  if (acceptEncoding === undefined || isLoopback(request.ip)) return reply.send(text);
  return sendCompressed(reply, text, String(acceptEncoding));
}

async function sendCompressed(
  reply: FastifyReply,
  text: string | Buffer,
  acceptEncoding: string,
): Promise<FastifyReply> {
  const compressed = await compress(text, acceptEncoding);
  if (!compressed) return reply.send(text);
  return reply.header('content-encoding', compressed.encoding).send(compressed.body);
}

/** RFC 9110, 13.1.2: weak comparison. */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === opaque);
}
