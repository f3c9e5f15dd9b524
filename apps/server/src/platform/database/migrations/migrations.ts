import type { Migration } from '../migration.ts';
import { eventLog } from './0001-event-log.ts';
import { runtime } from './0002-runtime.ts';

/** Every migration in the order of its number: 0001-0009 the platform, 0010-0019 identity and audit, 0020-0029 clusters. */
export const migrations: readonly Migration[] = [eventLog, runtime];
