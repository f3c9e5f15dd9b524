import { routes } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import type { DeadLetters } from '../../platform/events/dead-letters.ts';
import { createPageCursor, pageOf } from '../../platform/http/page-cursor.ts';
import { implement, type RouteImplementation } from '../../platform/http/route-implementation.ts';
import { type AuditLog, auditedRequest } from './audit-log.ts';
import type { AuditStore } from './audit-store.ts';
import type { EventList } from './event-list.ts';

export type AuditRoutesDeps = { audit: AuditLog; store: AuditStore; deadLetters: DeadLetters; listEvents: EventList };

const auditPages = createPageCursor('audit', 'number');
const deadLetterPages = createPageCursor('dead-letters', 'string');
const defaultLimit = 100;

export function createAuditRoutes({ audit, store, deadLetters, listEvents }: AuditRoutesDeps): RouteImplementation[] {
  return [
    implement(routes.listAudit, async ({ query }) => {
      const { limit = defaultLimit, cursor, actor, verb, cluster, q } = query;
      const times = { from: timeOf(query.from, '?from'), to: timeOf(query.to, '?to') };
      const filter = { limit: limit + 1, before: auditPages.decode(cursor), actor, verb, cluster, q, ...times };
      const page = pageOf(await store.list(filter), { limit, cursor: auditPages, placeOf: ({ seq }) => seq });
      return { ...page, items: page.items.map(({ entry }) => entry) };
    }),

    implement(routes.listPlatformEvents, ({ query, context }) => {
      const { limit = defaultLimit, cursor, topics, subject } = query;
      return listEvents(context.principal, { limit, cursor, topics: topicsOf(topics), subject });
    }),

    implement(routes.listDeadLetters, async ({ query: { limit = defaultLimit, cursor } }) => {
      const found = await deadLetters.list({ limit: limit + 1, before: deadLetterPages.decode(cursor) });
      return pageOf(found, { limit, cursor: deadLetterPages, placeOf: ({ id }) => id });
    }),

    implement(routes.replayDeadLetter, async ({ params: { id }, context }) => {
      await deadLetters.replay(id);
      const entry = { verb: 'deadLetter.replay', object: `dead-letter/${id}`, result: 'allowed' as const };
      await audit.record({ ...entry, ...auditedRequest(context) });
      return { replayed: true };
    }),
  ];
}

function timeOf(text: string | undefined, pointer: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isFinite(time)) return time;
  const message = 'This is not a time as in RFC 3339.';
  throw appError('invalid_input', message, { details: [{ pointer, code: 'not_a_time', message }] });
}

function topicsOf(list: string | undefined): string[] | undefined {
  const topics = (list ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');
  return topics.length === 0 ? undefined : topics;
}
