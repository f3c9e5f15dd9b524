import { type Clock, isAppError, type Logger, messageOf, systemClock, uuid7 } from '@pilothouse/core';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

declare module '../database/tables.ts' {
  interface Tables {
    leases: { name: string; holder: string; fence: number; expires_at: number };
  }
}

/**
 * A right that one process holds at a time, among all replicas, until it lets go or stops renewing. `fence` grows with every holder:
 * write it along with what the lease protects and refuse a smaller one, so that a holder that was stopped and woke late changes nothing.
 */
export type Lease = {
  readonly name: string;
  readonly fence: number;
  /** Aborts when the lease is lost: stop at once. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
};

export type Leases = {
  /** Gives nothing when another holds it. */
  tryAcquire(name: string): Promise<Lease | undefined>;
  /**
   * Runs `work` whenever this process holds the lease, again after the lease was lost or the database was away, until `signal`
   * aborts. What else `work` throws, this throws.
   */
  hold(name: string, options: { signal: AbortSignal; work: (lease: Lease) => Promise<void> }): Promise<void>;
};

export type LeasesDeps = {
  database: Database;
  log: Logger;
  clock?: Clock;
  /** Milliseconds after which a lease that was not renewed is free (default 15,000). It is renewed three times as often. */
  duration?: number;
};

/** Expiry is told by the database's clock, so the clocks of replicas may differ. */
export function createLeases({ database, log, clock = systemClock, duration = 15_000 }: LeasesDeps): Leases {
  const now = database.dialect.now();

  async function claim(name: string, holder: string): Promise<number | undefined> {
    const { rows } = await database.transaction((tx) =>
      sql<{ fence: number }>`
        insert into leases (name, holder, fence, expires_at) values (${name}, ${holder}, 1, ${now} + ${duration})
        on conflict (name) do update
          set holder = excluded.holder, fence = leases.fence + 1, expires_at = excluded.expires_at
          where leases.expires_at <= ${now}
        returning fence`.execute(tx),
    );
    return rows[0]?.fence;
  }

  async function renew(name: string, holder: string): Promise<boolean> {
    const { rows } = await database.transaction((tx) =>
      sql`update leases set expires_at = ${now} + ${duration} where name = ${name} and holder = ${holder} and expires_at > 0 returning name`.execute(
        tx,
      ),
    );
    return rows.length > 0;
  }

  async function free(name: string, holder: string): Promise<void> {
    await database.transaction((tx) =>
      tx.updateTable('leases').set({ expires_at: 0 }).where('name', '=', name).where('holder', '=', holder).execute(),
    );
  }

  /** Renews until told to stop. By our own clock the lease ends a little early, so that we have stopped when another begins. */
  async function keep(name: string, holder: string, lost: AbortController, stop: AbortSignal): Promise<void> {
    let safeUntil = clock.now() + duration * 0.8;
    while (!stop.aborted) {
      await clock.sleep(duration / 3, stop).catch(() => {});
      if (stop.aborted) return;
      const askedAt = clock.now();
      try {
        if (!(await renew(name, holder))) return lost.abort(new Error(`The lease ${name} was taken by another.`));
        safeUntil = askedAt + duration * 0.8;
      } catch (error) {
        log.warn('a lease could not be renewed', { lease: name, error: messageOf(error) });
      }
      if (clock.now() >= safeUntil) return lost.abort(new Error(`The lease ${name} could not be renewed in time.`));
    }
  }

  async function tryAcquire(name: string): Promise<Lease | undefined> {
    const holder = uuid7();
    const fence = await claim(name, holder);
    if (fence === undefined) return undefined;
    const lost = new AbortController();
    const stop = new AbortController();
    const kept = keep(name, holder, lost, stop.signal);
    return {
      name,
      fence,
      signal: lost.signal,
      async release() {
        if (stop.signal.aborted) return;
        stop.abort();
        await kept;
        await free(name, holder).catch((error: unknown) =>
          log.warn('a lease could not be released and will expire', { lease: name, error: messageOf(error) }),
        );
      },
    };
  }

  async function workUnder(lease: Lease, work: (lease: Lease) => Promise<void>): Promise<void> {
    try {
      await work(lease);
    } catch (error) {
      if (!lease.signal.aborted) throw error;
      log.warn('a lease was lost while at work', { lease: lease.name, error: messageOf(error) });
    } finally {
      await lease.release();
    }
  }

  return {
    tryAcquire,
    async hold(name, { signal, work }) {
      while (!signal.aborted) {
        try {
          const lease = await tryAcquire(name);
          if (lease) await workUnder(lease, work);
          else await clock.sleep(duration / 3, signal).catch(() => {});
        } catch (error) {
          if (!isAppError(error) || error.kind !== 'unavailable') throw error;
          log.warn('work under a lease waits for the database', { lease: name, error: error.message });
          await clock.sleep(1000, signal).catch(() => {});
        }
      }
    },
  };
}
