import { appError } from '@pilothouse/core';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { RoleBindingStore } from './role-binding-store.ts';

/** Sees to it that the installation does not lose the last person who can administer it. */
export type LastAdmin = {
  /**
   * Runs a change that may cost somebody the role. Throws `last_admin`, which undoes the transaction, when nobody is left who is enabled,
   * can sign in and is an administrator without an end. One such change at a time, among all replicas.
   */
  keep(tx: Transaction, change: () => Promise<void>): Promise<void>;
};

/** Held by everything that makes or unmakes administrators, so that two such changes cannot each count on the other's. */
export const adminsLock = 'pilothouse administrators';

export function createLastAdmin({ database, bindings }: { database: Database; bindings: RoleBindingStore }): LastAdmin {
  return {
    async keep(tx, change) {
      await database.dialect.advisoryLock(tx, adminsLock);
      const before = await bindings.countLastingAdmins(tx);
      await change();
      if (before > 0 && (await bindings.countLastingAdmins(tx)) === 0) {
        throw appError('last_admin', 'This is the last administrator. Make another one first.');
      }
    },
  };
}
