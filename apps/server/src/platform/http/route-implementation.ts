import type { BodyOf, ParamsOf, QueryOf, ResponseOf, Route } from '@pilothouse/contract';
import type { RawJson } from './raw-json.ts';
import type { RequestContext } from './request-context.ts';

export type RouteInput<R extends Route> = {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly context: RequestContext;
};

/**
 * What a handler gives back: the answer as the route declares it, or its JSON text where that is at hand already. The handler of a
 * streaming route opens its stream on the context and gives back nothing.
 */
export type RouteAnswer<R extends Route> = ResponseOf<R> | RawJson | undefined;

export type RouteHandler<R extends Route> = (input: RouteInput<R>) => RouteAnswer<R> | Promise<RouteAnswer<R>>;

export type RouteImplementation = {
  readonly route: Route;
  readonly handle: (input: RouteInput<Route>) => unknown;
};

/** Binds a route of the contract to its handler. Params, query and body are valid, converted and defaulted when the handler sees them. */
export function implement<R extends Route>(route: R, handle: RouteHandler<R>): RouteImplementation {
  return { route, handle: handle as unknown as RouteImplementation['handle'] };
}
