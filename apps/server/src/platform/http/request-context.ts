import { appError, type Logger } from '@pilothouse/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenStreams } from '../streams/open-streams.ts';
import type { Principal } from './principal.ts';

/** What a handler may know of the request besides its validated input. */
export type RequestContext = {
  readonly requestId: string;
  /** The client's address; behind a trusted proxy the one the proxy gives. */
  readonly address: string;
  /** Lines carry the request id. */
  readonly log: Logger;
  /** Aborts when the client goes away before the answer is complete, and when the server stops. */
  readonly signal: AbortSignal;
  /** Throws `not_signed_in` when nobody is signed in, which only a public route can meet. */
  readonly principal: Principal;
  readonly signedIn: Principal | undefined;
  /** Where streams opened by the handler are on the books; `createSseStream` and `openResponseStream` see to it. */
  readonly streams: OpenStreams;
  /** For cookies and unusual headers. */
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

export type RequestContextOptions = {
  request: FastifyRequest;
  reply: FastifyReply;
  log: Logger;
  signedIn: Principal | undefined;
  streams: OpenStreams;
  stopping: AbortSignal;
};

/** Made for every request, so what is seldom needed (the signal, the logger) is made when asked for. */
export function createRequestContext(options: RequestContextOptions): RequestContext {
  return new LazyRequestContext(options);
}

/** A class, because a getter on a prototype costs nothing per request. */
class LazyRequestContext implements RequestContext {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signedIn: Principal | undefined;
  readonly #options: RequestContextOptions;
  #log: Logger | undefined;
  #signal: AbortSignal | undefined;

  constructor(options: RequestContextOptions) {
    this.request = options.request;
    this.reply = options.reply;
    this.signedIn = options.signedIn;
    this.#options = options;
  }

  get requestId(): string {
    return this.request.id;
  }

  get address(): string {
    return this.request.ip;
  }

  get streams(): OpenStreams {
    return this.#options.streams;
  }

  get log(): Logger {
    this.#log ??= this.#options.log.with({ requestId: this.requestId });
    return this.#log;
  }

  get signal(): AbortSignal {
    this.#signal ??= createRequestSignal(this.reply, this.#options.stopping);
    return this.#signal;
  }

  get principal(): Principal {
    if (!this.signedIn) throw appError('not_signed_in', 'Sign in first.');
    return this.signedIn;
  }
}

function createRequestSignal(reply: FastifyReply, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort(appError('shutting_down', 'The client went away.'));
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(appError('shutting_down', 'The client went away.'));
  });
  return AbortSignal.any([gone.signal, stopping]);
}
