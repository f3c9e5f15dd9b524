import type { Database } from '../../platform/database/database.ts';
import type { CredentialUse } from './principal-cache.ts';

export type CredentialUseStore = {
  /** Writes when credentials and their users were last seen. An older time never replaces a newer one. */
  record(uses: readonly CredentialUse[]): Promise<void>;
};

/** Small transactions: others wait behind them. */
const usesPerTransaction = 100;

export function createCredentialUseStore({ database }: { database: Database }): CredentialUseStore {
  async function recordSome(uses: readonly CredentialUse[]): Promise<void> {
    await database.transaction(async (tx) => {
      for (const { key, userId, usedAt } of uses) {
        const id = key.slice(key.indexOf('/') + 1);
        if (key.startsWith('session/')) {
          const query = tx.updateTable('sessions').set({ last_used_at: usedAt }).where('id', '=', id);
          await query.where('last_used_at', '<', usedAt).execute();
        } else {
          const query = tx.updateTable('personal_tokens').set({ last_used_at: usedAt }).where('id', '=', id);
          await query
            .where(({ or, eb }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<', usedAt)]))
            .execute();
        }
        const query = tx.updateTable('users').set({ last_seen_at: usedAt }).where('id', '=', userId);
        await query
          .where(({ or, eb }) => or([eb('last_seen_at', 'is', null), eb('last_seen_at', '<', usedAt)]))
          .execute();
      }
    });
  }

  return {
    async record(uses) {
      // In one order in every replica, so that two of them never wait for each other.
      const ordered = [...uses].sort((a, b) => (a.userId + a.key < b.userId + b.key ? -1 : 1));
      for (let from = 0; from < ordered.length; from += usesPerTransaction) {
        await recordSome(ordered.slice(from, from + usesPerTransaction));
      }
    },
  };
}
