import { createHash, randomBytes } from 'node:crypto';
import type { TicketRequest } from '@pilothouse/contract';
import { appError, type Clock, systemClock } from '@pilothouse/core';
import type { Database } from '../database/database.ts';
import { fromJson, toJson } from '../database/json-column.ts';
import type { PrincipalReference } from '../http/access-control.ts';

declare module '../database/tables.ts' {
  interface Tables {
    web_socket_tickets: { hash: string; principal: string; target: string; expires_at: number };
  }
}

/** One-time tickets that open a WebSocket: bound to who asked, to the path and to the object, and good in any replica. */
export type Tickets = {
  issue(principal: PrincipalReference, target: TicketRequest): Promise<{ ticket: string; expiresAt: string }>;
  /** Throws `ticket_invalid` unless the ticket is fresh, unused and for this path. It is used up either way. */
  redeem(ticket: string, path: string): Promise<{ principal: PrincipalReference; target: TicketRequest }>;
  sweep(): Promise<void>;
};

const lifetime = 30_000;

export function createTickets({ database, clock = systemClock }: { database: Database; clock?: Clock }): Tickets {
  return {
    async issue({ kind, userId, credentialId }, target) {
      const ticket = randomBytes(32).toString('base64url');
      const expiresAt = clock.now() + lifetime;
      await database.transaction((tx) =>
        tx
          .insertInto('web_socket_tickets')
          .values({
            hash: hashOf(ticket),
            principal: toJson({ kind, userId, credentialId }),
            target: toJson(target),
            expires_at: expiresAt,
          })
          .execute(),
      );
      return { ticket, expiresAt: new Date(expiresAt).toISOString() };
    },
    async redeem(ticket, path) {
      const row = await database.transaction((tx) =>
        tx.deleteFrom('web_socket_tickets').where('hash', '=', hashOf(ticket)).returningAll().executeTakeFirst(),
      );
      const target = row && fromJson<TicketRequest>(row.target);
      if (!row || !target || row.expires_at <= clock.now() || target.path !== path)
        throw appError(
          'ticket_invalid',
          'The ticket is unknown, used, expired, or for something else. Ask for a new one.',
        );
      return { principal: fromJson<PrincipalReference>(row.principal), target };
    },
    async sweep() {
      const now = clock.now();
      await database.transaction((tx) => tx.deleteFrom('web_socket_tickets').where('expires_at', '<=', now).execute());
    },
  };
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
