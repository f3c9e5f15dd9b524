import type { Route } from '@pilothouse/contract';
import { appError, type Logger } from '@pilothouse/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OpenStreams } from '../streams/open-streams.ts';
import type { AccessControl } from './access-control.ts';
import type { Idempotency } from './idempotency.ts';
import { isRawJson } from './raw-json.ts';
import { createRequestContext, type RequestContext } from './request-context.ts';
import type { RouteImplementation } from './route-implementation.ts';
import { createRouteValidator, type RouteValidator } from './route-validator.ts';
import { type JsonAnswer, sendJson } from './send-json.ts';

export type ContractRoutesDeps = {
  access: AccessControl;
  log: Logger;
  streams: OpenStreams;
  stopping: AbortSignal;
  idempotency?: Idempotency | undefined;
  /** Checks every answer against its route, for tests. */
  checkResponses?: boolean | undefined;
};

const defaultBodyLimit = 1024 * 1024;

/** Mounts an operation of the contract. By the time its handler runs, who asks is known and may, and what they sent is valid. */
export function mountRoute(app: FastifyInstance, implementation: RouteImplementation, deps: ContractRoutesDeps): void {
  const { route } = implementation;
  const validator = createRouteValidator(route);
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyLimit ?? defaultBodyLimit,
    config: { permission: route.permission, rateLimit: route.rateLimit, operation: route.id },
    handler: (request, reply) => handle({ implementation, validator, deps, request, reply }),
  });
}

type Call = {
  implementation: RouteImplementation;
  validator: RouteValidator;
  deps: ContractRoutesDeps;
  request: FastifyRequest;
  reply: FastifyReply;
};

async function handle({ implementation, validator, deps, request, reply }: Call): Promise<unknown> {
  const { route } = implementation;
  const { level } = route.permission;
  const params = validator.params(request.params);
  if (level !== 'public' && level !== 'signed-in') {
    if (!request.signedIn) throw appError('not_signed_in', 'Sign in first.');
    const asked = { operation: route.id, requestId: request.id, address: request.ip };
    const verdict = deps.access.authorize(request.signedIn, route.permission, params, asked);
    // Most verdicts are there at once.
    if (verdict instanceof Promise) await verdict;
  }
  const context = createRequestContext({
    request,
    reply,
    log: deps.log,
    signedIn: request.signedIn,
    streams: deps.streams,
    stopping: deps.stopping,
  });
  const query = validator.query(request.query);
  const body = validator.body(request.body ?? undefined);
  const input = { params, query, body, context } as Parameters<RouteImplementation['handle']>[0];
  const key = idempotencyKeyOf(route, request);
  if (key !== undefined && deps.idempotency)
    return answerOnce({ implementation, validator, deps, request, reply }, { key, input });
  const given = await implementation.handle(input);
  return reply.sent ? reply : send(answerOf(route, given, { validator, deps }), context);
}

type Once = { key: string; input: Parameters<RouteImplementation['handle']>[0] };

async function answerOnce(call: Call, { key, input }: Once): Promise<unknown> {
  const { implementation, deps, request, reply } = call;
  const { route } = implementation;
  const asked = {
    scope: request.signedIn?.userId ?? '',
    key,
    method: request.method,
    url: request.url,
    body: input.body,
  };
  const work = async () => {
    const { status, text } = answerOf(route, await implementation.handle(input), call);
    return { status, text: text.toString() };
  };
  const kept = deps.idempotency ? await deps.idempotency.run(asked, work) : { ...(await work()), replayed: false };
  if (kept.replayed) reply.header('idempotency-replayed', 'true');
  return send(kept, input.context);
}

function answerOf(route: Route, value: unknown, { validator, deps }: Pick<Call, 'validator' | 'deps'>): JsonAnswer {
  if (isRawJson(value)) {
    if (deps.checkResponses) validator.response(JSON.parse(value.text.toString()));
    return { status: route.status ?? 200, text: value.text, etag: value.etag };
  }
  if (deps.checkResponses && route.response && !route.stream)
    validator.response(JSON.parse(JSON.stringify(value ?? null)));
  if (value === undefined) return { status: route.status ?? (route.response ? 200 : 204), text: '' };
  return { status: route.status ?? 200, text: JSON.stringify(value) };
}

function send(answer: JsonAnswer, { request, reply }: RequestContext): Promise<FastifyReply> | FastifyReply {
  if (reply.sent) return reply;
  if (answer.text.length === 0) return reply.code(answer.status).send();
  return sendJson(request, reply, answer);
}

function idempotencyKeyOf(route: Route, request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (route.method !== 'POST' || route.permission.level === 'public' || key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw appError('invalid_input', 'The Idempotency-Key is 1 to 200 printable characters without spaces.', {
    details: [{ pointer: 'Idempotency-Key', code: 'pattern', message: 'must be 1 to 200 printable ASCII characters' }],
  });
}
