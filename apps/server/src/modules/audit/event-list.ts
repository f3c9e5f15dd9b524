import type { PlatformEvent } from '@pilothouse/contract';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { EventVisibility } from '../../platform/events/event-visibility.ts';
import { createPageCursor } from '../../platform/http/page-cursor.ts';
import type { Principal } from '../../platform/http/principal.ts';

export type EventQuery = {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly topics?: readonly string[] | undefined;
  readonly subject?: string | undefined;
};

export type EventPage = { items: PlatformEvent[]; nextCursor?: string };

/** Newest first, only what the principal may read. */
export type EventList = (principal: Principal, query: EventQuery) => Promise<EventPage>;

const pages = createPageCursor('platform-events', 'number');
const readAtOnce = 500;
/** Events looked at for one page. Somebody who may read few of many gets a short page, maybe an empty one, with a cursor to go on from. */
const longestSearch = 5000;

export function createEventList({ events, isVisible }: { events: EventLog; isVisible: EventVisibility }): EventList {
  return async (principal, { limit, cursor, topics, subject }) => {
    const items: PlatformEvent[] = [];
    let before = pages.decode(cursor);
    for (let looked = 0; looked < longestSearch; looked += readAtOnce) {
      const found = await events.list({ limit: readAtOnce, before, types: topics, subject });
      for (const event of found) {
        before = event.seq;
        if (!isVisible(principal, event)) continue;
        items.push(event);
        if (items.length === limit) return { items, nextCursor: pages.encode(before) };
      }
      if (found.length < readAtOnce) return { items };
    }
    return before === undefined ? { items } : { items, nextCursor: pages.encode(before) };
  };
}
