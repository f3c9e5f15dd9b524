import { isAppError, systemClock, uuid7 } from '@pilothouse/core';
import { expect, test } from 'vitest';
import type { Database } from '../../platform/database/database.ts';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { createLastAdmin } from './last-admin.ts';
import { createRoleBindingStore } from './role-binding-store.ts';
import { createUserStore } from './user-store.ts';

const users = createUserStore();
const bindings = createRoleBindingStore();

describeDatabases('the last administrator', (use) => {
  async function addAdmin(email: string): Promise<string> {
    const id = uuid7();
    await use().database.transaction(async (tx) => {
      const times = { disabledAt: undefined, createdAt: 1, lastSeenAt: undefined };
      await users.insert(tx, { id, email, name: email, passwordHash: 'hash', isLocal: false, ...times });
      const scope = { clusterId: undefined, namespaces: undefined, expiresAt: undefined };
      await bindings.insert(tx, { id: uuid7(), userId: id, role: 'admin', createdAt: 1, ...scope });
    });
    return id;
  }

  test('is left although two changes, each allowed by itself, come at the same moment', async () => {
    const ids = [await addAdmin('ann@example.org'), await addAdmin('bob@example.org')];
    const databases: Database[] = [use().database, await use().open()];
    let counted = 0;
    let letBothGo = () => {};
    const both = new Promise<void>((resolve) => {
      letBothGo = resolve;
    });
    /** Before it commits each waits for the other to have counted too, which it never has when only one at a time may. */
    async function remove(database: Database, id: string): Promise<string> {
      const lastAdmin = createLastAdmin({ database, bindings });
      try {
        await database.transaction(async (tx) => {
          await lastAdmin.keep(tx, () => users.delete(tx, id));
          counted += 1;
          if (counted === 2) letBothGo();
          await Promise.race([both, systemClock.sleep(300)]);
        });
        return 'removed';
      } catch (error) {
        if (isAppError(error)) return error.code;
        throw error;
      }
    }
    const outcomes = await Promise.all(ids.map((id, index) => remove(databases[index] ?? use().database, id)));
    expect(outcomes.sort()).toEqual(['last_admin', 'removed']);
    expect(await bindings.countLastingAdmins(use().database.reader)).toBe(1);
  });
});
