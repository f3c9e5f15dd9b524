import type { Clock } from '@pilothouse/core';
import type { Database } from '../database/database.ts';

export type EventRetentionDeps = { database: Database; clock: Clock; days: number };

const batchSize = 2000;
const dayMilliseconds = 24 * 3600_000;

/**
 * Deletes events older than `days` that every consumer has read; gives how many. The newest event always stays, so that the log knows where
 * it is. A consumer that was not seen for as long as that is taken for gone and holds nothing up.
 */
export async function forgetOldEvents({ database, clock, days }: EventRetentionDeps): Promise<number> {
  const before = clock.now() - days * dayMilliseconds;
  let deleted = 0;
  for (;;) {
    const count = await database.transaction(async (tx) => {
      const { newest } = await tx
        .selectFrom('events')
        .select(({ fn }) => fn.max('seq').as('newest'))
        .executeTakeFirstOrThrow();
      const { slowest } = await tx
        .selectFrom('event_consumers')
        .select(({ fn }) => fn.min('cursor').as('slowest'))
        .where('seen_at', '>=', before)
        .executeTakeFirstOrThrow();
      const read = Math.min(slowest ?? Number.MAX_SAFE_INTEGER, (newest ?? 0) - 1);
      const old = await tx
        .selectFrom('events')
        .select('seq')
        .where('at', '<', before)
        .where('seq', '<=', read)
        .orderBy('seq')
        .limit(batchSize)
        .execute();
      const last = old.at(-1)?.seq;
      if (last === undefined) return 0;
      await tx.deleteFrom('events').where('seq', '<=', last).where('at', '<', before).execute();
      return old.length;
    });
    deleted += count;
    if (count < batchSize) return deleted;
  }
}
