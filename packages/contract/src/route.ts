import type { Static, TObject, TSchema } from 'typebox';
import type { Noun, Verb } from './permission.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call a route. The server refuses a route without one; a test walks every route and finds it.
 * - `public`: anyone (sign-in, set-up, health).
 * - `signed-in`: any principal, about itself only.
 * - `platform`: the permission on the whole installation.
 * - `cluster`: the permission on `params.cluster`, and in `params.namespace` where the path has one.
 * - `filtered`: any principal; the service answers only with what the principal holds the permission for.
 */
export type RoutePermission =
  | { readonly level: 'public' | 'signed-in' }
  | { readonly level: 'platform' | 'cluster' | 'filtered'; readonly noun: Noun; readonly verb: Verb };

/** One API operation as data: the server, the OpenAPI document, the typed client, the CLI and the UI all read it. */
export type Route<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Response extends TSchema = TSchema,
> = {
  /** `noun.verb`, unique; the OpenAPI operationId. */
  readonly id: string;
  readonly method: HttpMethod;
  /** With `:name` parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly permission: RoutePermission;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The schema of the success answer; a 204 where it is left out. */
  readonly response?: Response;
  /** Success status (default 200, or 204 without a response schema). */
  readonly status?: 200 | 201 | 202 | 204;
  /** What a streaming route answers with instead of one JSON document. */
  readonly stream?: 'sse' | 'text' | 'ndjson';
  /** Largest body in bytes (default 1 MiB). */
  readonly bodyLimit?: number;
  /** A rate-limit class stricter than the default. */
  readonly rateLimit?: 'sign-in' | 'expensive';
};

/** Keeps the literal types of one route. */
export function defineRoute<
  const Params extends TObject,
  const Query extends TObject,
  const Body extends TSchema,
  const Response extends TSchema,
>(route: Route<Params, Query, Body, Response>): Route<Params, Query, Body, Response> {
  return route;
}

type StaticOr<T, Fallback> = T extends TSchema ? (TSchema extends T ? Fallback : Static<T>) : Fallback;

export type ParamsOf<R> =
  R extends Route<infer P, infer _Q, infer _B, infer _R>
    ? TObject extends P
      ? Record<never, never>
      : Static<P>
    : never;
export type QueryOf<R> =
  R extends Route<infer _P, infer Q, infer _B, infer _R>
    ? TObject extends Q
      ? Record<never, never>
      : Static<Q>
    : never;
export type BodyOf<R> = R extends Route<infer _P, infer _Q, infer B, infer _R> ? StaticOr<B, undefined> : never;
export type ResponseOf<R> = R extends Route<infer _P, infer _Q, infer _B, infer S> ? StaticOr<S, undefined> : never;
