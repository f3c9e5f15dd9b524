import { appError } from '@pilothouse/core';

/** The place a list goes on from: what it sorts by, of the last item given. */
export type Place = string | number;

/**
 * Cursors of one list. `list` names it and, where the order depends on the query, the query too: a cursor of another list is refused with
 * `invalid_cursor` like any other text that we did not give out.
 */
export type PageCursor<T extends Place> = {
  encode(place: T): string;
  decode(cursor: string | undefined): T | undefined;
};

export function createPageCursor(list: string, type: 'string'): PageCursor<string>;
export function createPageCursor(list: string, type: 'number'): PageCursor<number>;
export function createPageCursor(list: string, type: 'string' | 'number'): PageCursor<Place> {
  return {
    encode: (place) => Buffer.from(JSON.stringify([list, place])).toString('base64url'),
    decode(cursor) {
      if (cursor === undefined) return undefined;
      const [from, place] = parse(cursor);
      if (from === list && typeof place === type) return place as Place;
      throw appError('invalid_cursor', 'This cursor does not belong to this list. Start from the first page.');
    },
  };
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Cuts the one item too many that was read to know whether there is a next page. */
export function pageOf<Item, T extends Place>(
  items: readonly Item[],
  options: { limit: number; cursor: PageCursor<T>; placeOf: (item: Item) => T },
): { items: Item[]; nextCursor?: string } {
  const { limit, cursor, placeOf } = options;
  const page = items.slice(0, limit);
  const last = page.at(-1);
  if (items.length <= limit || last === undefined) return { items: page };
  return { items: page, nextCursor: cursor.encode(placeOf(last)) };
}
