import { AppError, type ErrorKind, errorKinds } from '@pilothouse/core';
import { readEventStream, readLines, type ServerSentEvent } from './event-stream.ts';
import type { Problem } from './problem.ts';
import type { BodyOf, ParamsOf, QueryOf, ResponseOf, Route } from './route.ts';

type Part<Name extends string, T> = T extends undefined
  ? { [K in Name]?: never }
  : Record<never, never> extends T
    ? { [K in Name]?: T }
    : { [K in Name]: T };

/** What a call of one route takes: its params, query and body, checked against the contract. */
export type CallInput<R> = Part<'params', ParamsOf<R>> &
  Part<'query', QueryOf<R>> &
  Part<'body', BodyOf<R>> & { signal?: AbortSignal; headers?: Record<string, string> };

type Input = {
  params?: object;
  query?: object;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
};

export type ApiClientOptions = {
  /** Origin of the server, without a path: `http://127.0.0.1:8080`; '' in the browser. */
  baseUrl: string;
  fetch?: typeof globalThis.fetch;
  /** The bearer token for each request; called again with `refresh: true` after a 401, once. */
  accessToken?(options: { refresh: boolean }): Promise<string | undefined>;
};

/** The typed client: every call rejects with an AppError made from the server's problem document (`extra.requestId` set). */
export type ApiClient = {
  call<R extends Route>(
    route: R,
    ...input: Record<never, never> extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>]
  ): Promise<ResponseOf<R>>;
  /** Opens an SSE route. The iteration ends when the server ends it. */
  events<R extends Route>(route: R, input: CallInput<R>): Promise<AsyncGenerator<ServerSentEvent, void, undefined>>;
  /** Opens an NDJSON or text route, line by line. */
  lines<R extends Route>(route: R, input: CallInput<R>): Promise<AsyncGenerator<string, void, undefined>>;
};

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { baseUrl, accessToken } = options;
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function request(route: Route, input: Input, refresh = false): Promise<Response> {
    const token = await accessToken?.({ refresh });
    const headers: Record<string, string> = { accept: acceptOf(route), ...input.headers };
    if (token) headers.authorization = `Bearer ${token}`;
    if (input.body !== undefined) headers['content-type'] = 'application/json';
    const answer = await send(baseUrl + urlOf(route, input), {
      method: route.method,
      headers,
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal ? { signal: input.signal } : {}),
    }).catch((cause: unknown) => {
      if (input.signal?.aborted) throw cause;
      throw new AppError(
        'unavailable',
        'server_unreachable',
        `No answer from the Pilothouse server${baseUrl ? ` at ${baseUrl}` : ''}. Is it running?`,
        { cause },
      );
    });
    if (answer.status === 401 && accessToken && !refresh && route.permission.level !== 'public')
      return request(route, input, true);
    if (!answer.ok) throw await errorOf(answer);
    return answer;
  }

  return {
    async call(route, ...[input]) {
      const answer = await request(route, (input ?? {}) as Input);
      const text = await answer.text();
      return (text === '' ? undefined : JSON.parse(text)) as ResponseOf<typeof route>;
    },
    async events(route, input) {
      const { body } = await request(route, input as Input);
      return readEventStream(body ?? new ReadableStream());
    },
    async lines(route, input) {
      const { body } = await request(route, input as Input);
      return readLines(body ?? new ReadableStream());
    },
  };
}

function acceptOf(route: Route): string {
  if (route.stream === 'sse') return 'text/event-stream';
  return route.stream ? '*/*' : 'application/json';
}

/** The path and query of a call, each part percent-encoded. */
export function urlOf(route: Route, input: { params?: object; query?: object }): string {
  const params = (input.params ?? {}) as Record<string, string | number>;
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== '') query.set(key, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function errorOf(answer: Response): Promise<AppError> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem> & Record<string, unknown>;
  const retryAfter = Number(answer.headers.get('retry-after'));
  return new AppError(
    kindOf(problem.kind, answer.status),
    problem.code ?? `http_${answer.status}`,
    problem.detail ?? `The server answered ${answer.status}.`,
    {
      details: problem.details ?? [],
      ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
      extra: { ...problem, status: answer.status },
    },
  );
}

function kindOf(kind: string | undefined, status: number): ErrorKind {
  const known = errorKinds.find((each) => each === kind);
  if (known) return known;
  return status >= 500
    ? 'unavailable'
    : status === 404
      ? 'not-found'
      : status === 401
        ? 'unauthenticated'
        : status === 403
          ? 'forbidden'
          : 'invalid';
}
