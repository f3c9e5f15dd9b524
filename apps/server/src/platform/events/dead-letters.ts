import type { DeadLetter, PlatformEvent } from '@pilothouse/contract';
import { appError, type Clock, systemClock } from '@pilothouse/core';
import type { Database } from '../database/database.ts';
import { fromJson } from '../database/json-column.ts';
import type { Doorbell } from './doorbell.ts';
import { park } from './event-retries.ts';

/** Events a consumer gave up on. */
export type DeadLetters = {
  /** Newest first; `before` is the id of the last one on the page before. */
  list(options: { limit: number; before?: string | undefined }): Promise<DeadLetter[]>;
  /** Hands it to its consumer again, as if it were new. Later events of its subject may have been handled meanwhile. */
  replay(id: string): Promise<void>;
};

export function createDeadLetters(deps: { database: Database; doorbell: Doorbell; clock?: Clock }): DeadLetters {
  const { database, doorbell, clock = systemClock } = deps;
  return {
    async list({ limit, before }) {
      let query = database.reader.selectFrom('dead_letters').selectAll().orderBy('id', 'desc').limit(limit);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query.execute();
      return rows.map(({ id, consumer, event, attempts, error, at }) => ({
        id,
        consumer,
        event: fromJson<PlatformEvent>(event),
        attempts,
        error,
        at: new Date(at).toISOString(),
      }));
    },
    async replay(id) {
      await database.transaction(async (tx) => {
        const row = await tx.deleteFrom('dead_letters').where('id', '=', id).returningAll().executeTakeFirst();
        if (!row) throw appError('not_found', 'There is no such dead letter; it may have been replayed already.');
        const event = fromJson<PlatformEvent>(row.event);
        await park(tx, row.consumer, { event, attempts: 0, dueAt: clock.now(), error: undefined });
        doorbell.ringOnCommit(tx, 'events');
      });
    },
  };
}
