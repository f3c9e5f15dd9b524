import type { Database, Transaction } from '../database/database.ts';

declare module '../database/tables.ts' {
  interface Tables {
    event_consumers: { name: string; cursor: number; fence: number; seen_at: number };
  }
}

/** The place of a consumer in the log. Moved only by the holder of its lease: an earlier holder that wakes late is refused by its fence. */
export type ConsumerCursor = {
  /** Takes over the cursor, making it where there is none; gives its place. */
  open(options: { fence: number; startAt: number; now: number }): Promise<number>;
  move(tx: Transaction, options: { fence: number; to: number; now: number }): Promise<void>;
};

export function createConsumerCursor(database: Database, name: string): ConsumerCursor {
  return {
    open: ({ fence, startAt, now }) =>
      database.transaction(async (tx) => {
        const row = await tx
          .insertInto('event_consumers')
          .values({ name, cursor: startAt, fence, seen_at: now })
          .onConflict((conflict) =>
            conflict.column('name').doUpdateSet({ fence, seen_at: now }).where('event_consumers.fence', '<=', fence),
          )
          .returning('cursor')
          .executeTakeFirst();
        if (!row) throw new Error(`Another process has taken over the consumer ${name}.`);
        return row.cursor;
      }),
    async move(tx, { fence, to, now }) {
      const { numUpdatedRows } = await tx
        .updateTable('event_consumers')
        .set({ cursor: to, seen_at: now })
        .where('name', '=', name)
        .where('fence', '=', fence)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new Error(`Another process has taken over the consumer ${name}.`);
    },
  };
}
