import type { FastifyInstance, FastifyReply } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Headers of every answer; what a route sets itself comes before them. */
    baseHeaders: Readonly<Record<string, string>>;
  }
}

/** The headers of an answer that is written past Fastify, which no hook of its own reaches. */
export function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.assign({ 'x-request-id': reply.request.id }, reply.server.baseHeaders, reply.getHeaders()) as Record<
    string,
    string
  >;
}

/** Gives every answer its base headers: those Fastify sends by a hook, the others by `headersOf`. */
export function addBaseHeaders(app: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  app.decorate('baseHeaders', headers);
  app.addHook('onSend', (request, reply, _, done) => {
    reply.headers(Object.assign({ 'x-request-id': request.id }, headers, reply.getHeaders()));
    done();
  });
}
