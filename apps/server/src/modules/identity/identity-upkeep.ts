import { type Clock, type Logger, messageOf, type Service } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { Doorbell } from '../../platform/events/doorbell.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import { accessChangeTypes } from './access-changes.ts';
import type { CredentialUseStore } from './credential-use-store.ts';
import type { PrincipalCache } from './principal-cache.ts';
import type { SessionStore } from './session-store.ts';
import type { SignInThrottle } from './sign-in-throttle-store.ts';

export type IdentityUpkeepDeps = {
  database: Database;
  events: EventLog;
  doorbell: Doorbell;
  cache: PrincipalCache;
  uses: CredentialUseStore;
  sessions: SessionStore;
  throttle: SignInThrottle;
  clock: Clock;
  log: Logger;
};

const second = 1000;
const sweepEvery = 5 * second;
const recordUsesEvery = 60 * second;
const deleteEvery = 3600 * second;
/** Ended sessions stay this long, for the answer "your session has ended" instead of "unknown". */
const keepEnded = 24 * 3600 * second;
const eventsAtOnce = 500;

/** Keeps what every replica remembers about access in step with the log, and the tables of identity small. */
export function createIdentityUpkeep(deps: IdentityUpkeepDeps): Service {
  const { database, events, doorbell, cache, uses, sessions, throttle, clock, log } = deps;
  let seen = 0;
  let reading: Promise<void> = Promise.resolve();

  async function readEvents(): Promise<void> {
    for (;;) {
      const found = await events.readAfter(seen, { limit: eventsAtOnce, types: accessChangeTypes });
      const users = new Set(found.map(({ data }) => data.userId).filter((id) => typeof id === 'string'));
      for (const userId of users) await cache.userChanged(userId);
      seen = found.at(-1)?.seq ?? seen;
      if (found.length < eventsAtOnce) return;
    }
  }

  /** One after the other: a ring that comes while one reads is not lost. */
  function catchUp(): Promise<void> {
    reading = reading.then(readEvents).catch((error: unknown) => {
      log.warn('changes of access could not be read, trying again', { error: messageOf(error) });
    });
    return reading;
  }

  async function deleteOld(): Promise<void> {
    await database.transaction(async (tx) => {
      await sessions.deleteExpired(tx, clock.now() - keepEnded);
      await throttle.deleteForgotten(tx);
    });
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn('upkeep of sessions failed, trying again', { error: messageOf(error) });
    }
  }

  return {
    name: 'identity-upkeep',
    async run(signal, ready) {
      seen = (await events.bounds()).newest;
      const stopListening = doorbell.listen('access', () => void catchUp());
      ready();
      let usesRecordedAt = clock.now();
      let deletedAt = Number.NEGATIVE_INFINITY;
      while (!signal.aborted) {
        const now = clock.now();
        await catchUp();
        await attempt(() => cache.sweep());
        if (now - usesRecordedAt >= recordUsesEvery) {
          usesRecordedAt = now;
          await attempt(() => uses.record(cache.takeUses()));
        }
        if (now - deletedAt >= deleteEvery) {
          deletedAt = now;
          await attempt(deleteOld);
        }
        await clock.sleep(sweepEvery, signal).catch(() => {});
      }
      stopListening();
      await reading;
      await attempt(() => uses.record(cache.takeUses()));
    },
  };
}
