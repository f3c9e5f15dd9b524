import type { PlatformEvent } from '@pilothouse/contract';
import { type Clock, type Logger, messageOf, type Service, systemClock } from '@pilothouse/core';
import { encodeSseEvent } from '../streams/sse-event.ts';
import type { Doorbell } from './doorbell.ts';
import type { EventLog } from './event-log.ts';
import { createWaiter } from './waiter.ts';

/** An event with its SSE frame, encoded once for all who get it. */
export type TailedEvent = { readonly event: PlatformEvent; readonly frame: Buffer };

/** The end of the log, read once per process for everybody in it who wants to know at once: streams, and caches that forget what changed. */
export type EventTail = {
  readonly service: Service;
  /** The last event that was handed out. */
  readonly place: number;
  /** Batches in order, without a gap from `place` at the time of the call. A listener must not throw. */
  subscribe(listener: (batch: readonly TailedEvent[]) => void): () => void;
};

export type EventTailDeps = {
  events: EventLog;
  doorbell: Doorbell;
  log: Logger;
  clock?: Clock;
  /** Milliseconds after which the log is read even though no bell rang (default 2,000). */
  pollInterval?: number;
};

const batchSize = 500;

export function createEventTail({
  events,
  doorbell,
  log,
  clock = systemClock,
  pollInterval = 2000,
}: EventTailDeps): EventTail {
  const listeners = new Set<(batch: readonly TailedEvent[]) => void>();
  let place = 0;
  let placed = false;

  async function readOn(): Promise<boolean> {
    const read = await events.readAfter(place, { limit: batchSize });
    const last = read.at(-1);
    if (!last) return false;
    const batch = read.map((event) => ({ event, frame: encodeEvent(event) }));
    place = last.seq;
    for (const listener of listeners) {
      try {
        listener(batch);
      } catch (error) {
        log.error('a listener of the event log failed', { error: messageOf(error) });
      }
    }
    return read.length === batchSize;
  }

  const service: Service = {
    name: 'event tail',
    async run(signal, ready) {
      const waiter = createWaiter(clock);
      const unlisten = doorbell.listen('events', waiter.wake);
      try {
        while (!signal.aborted) {
          waiter.reset();
          try {
            if (!placed) place = (await events.bounds()).newest;
            placed = true;
            ready();
            if (await readOn()) continue;
          } catch (error) {
            log.warn('the event log cannot be read', { error: messageOf(error) });
          }
          await waiter.wait(pollInterval, signal);
        }
      } finally {
        unlisten();
      }
    },
  };

  return {
    service,
    get place() {
      return place;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function encodeEvent(event: PlatformEvent): Buffer {
  return encodeSseEvent({ id: String(event.seq), data: JSON.stringify(event) });
}
