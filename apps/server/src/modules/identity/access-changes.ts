import { type Logger, messageOf } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { Doorbell } from '../../platform/events/doorbell.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { PrincipalCache } from './principal-cache.ts';

/** What gives somebody a new way in, or a new account none: no answer that is remembered becomes wrong by it. */
const additions = ['user.created', 'session.started', 'token.created'] as const;

/** What makes remembered answers wrong. Every replica reads these from the log and asks the database again about `data.userId`. */
export const accessChangeTypes = [
  'user.updated',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'session.revoked',
  'token.revoked',
  'roleBinding.created',
  'roleBinding.deleted',
] as const;

export type AccessEvent = {
  readonly type: (typeof additions)[number] | (typeof accessChangeTypes)[number];
  /** The id of the user, session, token or binding that the type names. */
  readonly id: string;
  /** Whose access it is. */
  readonly userId: string;
  /** `user/<id>` or `system`. */
  readonly actor: string;
  readonly clusterId?: string | undefined;
};

export type AccessChanges = {
  /** Appends the event in the transaction; when that commits, nothing old is answered about the user any more, here and in every replica. */
  announce(tx: Transaction, event: AccessEvent): void;
  /** A transaction that resolves after the streams that must end because of it were told. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
};

export type AccessChangesDeps = {
  database: Database;
  events: EventLog;
  doorbell: Doorbell;
  cache: PrincipalCache;
  log: Logger;
};

export function createAccessChanges({ database, events, doorbell, cache, log }: AccessChangesDeps): AccessChanges {
  const underWay = new Set<Promise<void>>();

  function tell(userId: string): void {
    const told: Promise<void> = cache
      .userChanged(userId)
      // The change itself is committed. Requests are refused already; the sweep ends the streams when the database is back.
      .catch((error: unknown) =>
        log.warn('streams could not be told of a change of access yet', { error: messageOf(error) }),
      )
      .finally(() => underWay.delete(told));
    underWay.add(told);
  }

  return {
    announce(tx, { type, id, userId, actor, clusterId }) {
      const noun = type.slice(0, type.indexOf('.'));
      const data = { userId, ...(clusterId === undefined ? {} : { clusterId }) };
      events.append(tx, { type, subject: `${noun}/${id}`, actor, data });
      if (!isChange(type)) return;
      doorbell.ringOnCommit(tx, 'access');
      database.afterCommit(tx, () => tell(userId));
    },
    async transaction(work) {
      const result = await database.transaction(work);
      await Promise.all(underWay);
      return result;
    },
  };
}

function isChange(type: AccessEvent['type']): boolean {
  return (accessChangeTypes as readonly string[]).includes(type);
}
