import { hash } from 'node:crypto';
import type { Clock } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { addressKey } from '../../platform/http/rate-limits.ts';
import {
  accountLimits,
  addressLimits,
  afterFailure,
  type ThrottleLimits,
  type ThrottleState,
  waitOf,
} from './sign-in-throttle.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    sign_in_throttles: { key: string; failures: number; last_failure_at: number; blocked_until: number };
  }
}

export type SignInTry = {
  /** The folded e-mail address, whether there is such an account or not. */
  readonly email: string;
  readonly address: string;
  /** The account is signed in from this address already: then it is throttled apart from the rest of the world, which cannot lock its owner out. */
  readonly isKnownAddress: boolean;
};

/** Counts tries, in the database: a restart or another replica does not forget them. */
export type SignInThrottle = {
  /**
   * Counts a try as failed before it is made, so that many at once cannot all slip through, and gives the milliseconds to wait instead
   * (0: go ahead). A try that has to wait is not counted.
   */
  begin(attempt: SignInTry): Promise<number>;
  /** Takes the try back that turned out right, and forgets the failures of the account. */
  succeeded(tx: Transaction, attempt: SignInTry): Promise<void>;
  deleteForgotten(tx: Transaction): Promise<void>;
};

type Key = { readonly key: string; readonly limits: ThrottleLimits };

export function createSignInThrottle({ database, clock }: { database: Database; clock: Clock }): SignInThrottle {
  async function read(tx: Transaction, key: string): Promise<ThrottleState> {
    await tx
      .insertInto('sign_in_throttles')
      .values({ key, failures: 0, last_failure_at: 0, blocked_until: 0 })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
    const row = await database.dialect
      .forUpdate(tx.selectFrom('sign_in_throttles').selectAll().where('key', '=', key))
      .executeTakeFirstOrThrow();
    return { failures: row.failures, lastFailureAt: row.last_failure_at, blockedUntil: row.blocked_until };
  }

  async function write(tx: Transaction, key: string, state: ThrottleState): Promise<void> {
    await tx
      .updateTable('sign_in_throttles')
      .set({ failures: state.failures, last_failure_at: state.lastFailureAt, blocked_until: state.blockedUntil })
      .where('key', '=', key)
      .execute();
  }

  return {
    begin(attempt) {
      const keys = keysOf(attempt);
      return database.transaction(async (tx) => {
        const now = clock.now();
        const states: { key: Key; state: ThrottleState }[] = [];
        for (const key of keys) states.push({ key, state: await read(tx, key.key) });
        const wait = Math.max(...states.map(({ state }) => waitOf(state, now)));
        if (wait > 0) return wait;
        for (const { key, state } of states) await write(tx, key.key, afterFailure(state, now, key.limits));
        return 0;
      });
    },

    async succeeded(tx, attempt) {
      const [account, address] = keysOf(attempt);
      await tx.deleteFrom('sign_in_throttles').where('key', '=', account.key).execute();
      const state = await read(tx, address.key);
      await write(tx, address.key, { ...state, failures: Math.max(0, state.failures - 1), blockedUntil: 0 });
    },

    async deleteForgotten(tx) {
      const before = clock.now() - Math.max(accountLimits.forgetAfter, addressLimits.forgetAfter);
      await tx.deleteFrom('sign_in_throttles').where('last_failure_at', '<', before).execute();
    },
  };
}

/** The account's key always before the address's, so that two tries never wait for each other. */
function keysOf({ email, address, isKnownAddress }: SignInTry): [account: Key, address: Key] {
  const from = addressKey(address);
  const account = isKnownAddress ? `account ${email} from ${from}` : `account ${email}`;
  return [
    { key: hash('sha256', account, 'base64url'), limits: accountLimits },
    { key: hash('sha256', `address ${from}`, 'base64url'), limits: addressLimits },
  ];
}
