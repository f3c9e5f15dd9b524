import { createHash } from 'node:crypto';
import { appError, type Clock } from '@pilothouse/core';
import type { SealedColumn, Sealer } from '../crypto/sealer.ts';
import type { Database } from '../database/database.ts';

declare module '../database/tables.ts' {
  interface Tables {
    idempotency_keys: {
      id: string;
      fingerprint: string;
      status: number | null;
      answer: string | null;
      created_at: number;
    };
  }
}

export type KeptAnswer = { status: number; text: string };

export type IdempotentRequest = {
  /** Who asks; keys of different principals never meet. */
  scope: string;
  key: string;
  method: string;
  url: string;
  body: unknown;
};

/**
 * `Idempotency-Key`: the same request with the same key is carried out once, and answered again with what it was answered before. Only what
 * succeeded is kept; after an error the key is free again, because nothing was done.
 */
export type Idempotency = {
  /** Throws `idempotency_mismatch` when the key came with another request before, `request_in_progress` while the first one runs. */
  run(request: IdempotentRequest, work: () => Promise<KeptAnswer>): Promise<KeptAnswer & { replayed: boolean }>;
  /** Forgets keys that are older than a day. */
  sweep(): Promise<void>;
};

export const idempotencySealedColumn: SealedColumn = { table: 'idempotency_keys', idColumn: 'id', column: 'answer' };

const keptFor = 24 * 3600_000;
/** No request runs this long: its server was stopped in the middle, and whether it was carried out is not known. */
const lostAfter = 10 * 60_000;

export function createIdempotency(deps: { database: Database; sealer: Sealer; clock: Clock }): Idempotency {
  const { database, sealer, clock } = deps;
  const placeOf = (id: string) => ({ table: 'idempotency_keys', column: 'answer', id });

  async function claim(id: string, fingerprint: string): Promise<KeptAnswer | undefined> {
    return database.transaction(async (tx) => {
      const created_at = clock.now();
      const made = await tx
        .insertInto('idempotency_keys')
        .values({ id, fingerprint, status: null, answer: null, created_at })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      if (Number(made.numInsertedOrUpdatedRows) > 0) return undefined;
      const row = await tx.selectFrom('idempotency_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      if (row.fingerprint !== fingerprint)
        throw appError(
          'idempotency_mismatch',
          'This Idempotency-Key was used with another request before. Use a new one.',
        );
      if (row.status !== null && row.answer !== null)
        return { status: row.status, text: sealer.openText(row.answer, placeOf(id)) };
      if (created_at - row.created_at < lostAfter)
        throw appError('request_in_progress', 'The first request with this Idempotency-Key is still running.', {
          retryAfterSeconds: 1,
        });
      throw appError(
        'request_outcome_unknown',
        'The server stopped during the first request with this key. See whether it was carried out, then use a new key.',
      );
    });
  }

  async function keep(id: string, { status, text }: KeptAnswer): Promise<void> {
    const answer = sealer.seal(text, placeOf(id));
    await database.transaction((tx) =>
      tx.updateTable('idempotency_keys').set({ status, answer }).where('id', '=', id).execute(),
    );
  }

  async function forget(id: string): Promise<void> {
    await database.transaction((tx) => tx.deleteFrom('idempotency_keys').where('id', '=', id).execute());
  }

  return {
    async run({ scope, key, method, url, body }, work) {
      const id = hash([scope, key]);
      const kept = await claim(id, hash([method, url, body ?? null]));
      if (kept) return { ...kept, replayed: true };
      let answer: KeptAnswer;
      try {
        answer = await work();
      } catch (error) {
        await forget(id);
        throw error;
      }
      await keep(id, answer);
      return { ...answer, replayed: false };
    },
    async sweep() {
      const before = clock.now() - keptFor;
      await database.transaction((tx) => tx.deleteFrom('idempotency_keys').where('created_at', '<', before).execute());
    },
  };
}

function hash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
