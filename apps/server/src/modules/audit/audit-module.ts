import type { Clock } from '@pilothouse/core';
import type { Database } from '../../platform/database/database.ts';
import type { DeadLetters } from '../../platform/events/dead-letters.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { EventVisibility } from '../../platform/events/event-visibility.ts';
import type { ServerModule } from '../../platform/module.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import type { AuditLog } from './audit-log.ts';
import { createAuditRoutes } from './audit-routes.ts';
import { type AuditStore, createAuditStore } from './audit-store.ts';
import { createEventList } from './event-list.ts';
import { createEventVisibility } from './event-visibility.ts';

/** Comes before the other modules: they all write to it. */
export function createAuditLog(deps: { database: Database; clock: Clock }): { audit: AuditLog; store: AuditStore } {
  const store = createAuditStore(deps);
  return { store, audit: { record: (record, tx) => store.insert(record, tx) } };
}

export type AuditModuleDeps = {
  audit: AuditLog;
  store: AuditStore;
  events: EventLog;
  deadLetters: DeadLetters;
  authorizer: Authorizer;
};

/** `isVisible` decides what of the event log somebody sees; the live stream asks it too. */
export function createAuditModule(deps: AuditModuleDeps): ServerModule & { readonly isVisible: EventVisibility } {
  const { audit, store, events, deadLetters, authorizer } = deps;
  const isVisible = createEventVisibility({ authorizer });
  const listEvents = createEventList({ events, isVisible });
  return { name: 'audit', isVisible, routes: createAuditRoutes({ audit, store, deadLetters, listEvents }) };
}
