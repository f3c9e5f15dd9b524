import { routes } from '@pilothouse/contract';
import { implement, type RouteImplementation } from '../http/route-implementation.ts';
import { type EventStreamDeps, openEventStream } from './event-stream.ts';

export function createEventRoutes(deps: EventStreamDeps): RouteImplementation[] {
  return [
    implement(routes.streams, async ({ query, context }) => {
      const topics =
        query.topics
          ?.split(',')
          .map((topic) => topic.trim())
          .filter((topic) => topic !== '') ?? [];
      await openEventStream(context, deps, { types: topics.length > 0 ? topics : undefined });
      return undefined;
    }),
  ];
}
