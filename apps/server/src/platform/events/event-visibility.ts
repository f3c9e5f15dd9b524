import type { PlatformEvent } from '@pilothouse/contract';
import type { Principal } from '../http/principal.ts';

/** Whether a principal may read an event of the log. Asked for every event and every reader, so it does no I/O. */
export type EventVisibility = (principal: Principal, event: PlatformEvent) => boolean;
