import type { Reader, Transaction } from '../../platform/database/database.ts';

declare module '../../platform/database/tables.ts' {
  interface Tables {
    setup_links: { hash: string; created_at: number; expires_at: number };
  }
}

export type SetupLinkStore = {
  insert(tx: Transaction, link: { hash: string; createdAt: number; expiresAt: number }): Promise<void>;
  isGood(reader: Reader, hash: string, now: number): Promise<boolean>;
  /** Uses the link up. False when it is not good, or was taken by somebody else. */
  take(tx: Transaction, hash: string, now: number): Promise<boolean>;
  deleteAll(tx: Transaction): Promise<void>;
};

export function createSetupLinkStore(): SetupLinkStore {
  return {
    async insert(tx, { hash, createdAt, expiresAt }) {
      await tx.insertInto('setup_links').values({ hash, created_at: createdAt, expires_at: expiresAt }).execute();
    },
    async isGood(reader, hash, now) {
      const query = reader
        .selectFrom('setup_links')
        .select('hash')
        .where('hash', '=', hash)
        .where('expires_at', '>', now);
      return (await query.executeTakeFirst()) !== undefined;
    },
    async take(tx, hash, now) {
      const query = tx
        .deleteFrom('setup_links')
        .where('hash', '=', hash)
        .where('expires_at', '>', now)
        .returning('hash');
      return (await query.executeTakeFirst()) !== undefined;
    },
    async deleteAll(tx) {
      await tx.deleteFrom('setup_links').execute();
    },
  };
}
