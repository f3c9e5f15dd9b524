import type { PlatformEvent } from '@pilothouse/contract';
import { type Clock, type Logger, messageOf, type Service, systemClock } from '@pilothouse/core';
import type { Database } from '../database/database.ts';
import type { Lease, Leases } from '../leases/leases.ts';
import { createConsumerCursor } from './consumer-cursor.ts';
import type { Doorbell } from './doorbell.ts';
import type { EventConsumer } from './event-consumer.ts';
import type { EventLog } from './event-log.ts';
import { bury, dueRetries, nextDue, type Parked, park, settle, waitingSubjects } from './event-retries.ts';
import { createWaiter } from './waiter.ts';

export type ConsumerServiceDeps = {
  database: Database;
  events: EventLog;
  leases: Leases;
  doorbell: Doorbell;
  log: Logger;
  clock?: Clock;
  /** Milliseconds before the second try; doubles up to five minutes (default 1,000). */
  retryPause?: number;
  /** Milliseconds after which the log is read even though no bell rang (default 5,000). */
  pollInterval?: number;
  observe?: (consumer: string, outcome: 'handled' | 'failed' | 'dead') => void;
};

const batchSize = 200;
const longestPause = 5 * 60_000;

/** Runs a consumer in whichever replica holds its lease. */
export function createConsumerService(consumer: EventConsumer, deps: ConsumerServiceDeps): Service {
  const { leases } = deps;
  return {
    name: `consumer ${consumer.name}`,
    run(signal, ready) {
      ready();
      return leases.hold(`consumer/${consumer.name}`, {
        signal,
        work: (lease) => consume(consumer, { ...deps, lease, stop: signal }),
      });
    },
  };
}

type Running = ConsumerServiceDeps & { lease: Lease; stop: AbortSignal };

async function consume(consumer: EventConsumer, running: Running): Promise<void> {
  const { database, events, lease, doorbell, clock = systemClock, pollInterval = 5000 } = running;
  const signal = AbortSignal.any([running.stop, lease.signal]);
  const cursor = createConsumerCursor(database, consumer.name);
  const { newest } = await events.bounds();
  let place = await cursor.open({
    fence: lease.fence,
    startAt: consumer.startAt === 'next' ? newest : 0,
    now: clock.now(),
  });
  const waiting = await waitingSubjects(database.reader, consumer.name);
  const waiter = createWaiter(clock);
  const unlisten = doorbell.listen('events', waiter.wake);
  const handler = createHandler(consumer, { ...running, clock, signal });

  async function readOn(): Promise<boolean> {
    const upTo = (await events.bounds()).newest;
    const batch = await events.readAfter(place, { limit: batchSize, types: consumer.types });
    const full = batch.length === batchSize;
    const { parked, unhandled } = await handler.handleBatch(batch, waiting);
    const last = batch.at(-1)?.seq ?? place;
    // What is not wanted is passed over, too; nothing below `upTo` can still appear.
    const reached = unhandled ? unhandled.seq - 1 : full ? last : Math.max(last, upTo, place);
    if (reached > place || parked.length > 0) {
      await database.transaction(async (tx) => {
        for (const each of parked) await park(tx, consumer.name, each);
        await cursor.move(tx, { fence: lease.fence, to: reached, now: clock.now() });
      });
      place = reached;
    }
    return full && !unhandled;
  }

  try {
    while (!signal.aborted) {
      waiter.reset();
      await handler.handleDue(waiting);
      if (signal.aborted || (await readOn())) continue;
      const due = await nextDue(database.reader, consumer.name);
      const pause = Math.min(pollInterval, due === undefined ? pollInterval : Math.max(0, due - clock.now()));
      await waiter.wait(pause, signal);
    }
  } finally {
    unlisten();
  }
  lease.signal.throwIfAborted();
}

type Handler = {
  /** Handles each event, lane by lane; gives what has to be set aside, and the first event that was not come to when stopped. */
  handleBatch(
    batch: readonly PlatformEvent[],
    waiting: Set<string>,
  ): Promise<{ parked: Parked[]; unhandled: PlatformEvent | undefined }>;
  handleDue(waiting: Set<string>): Promise<void>;
};

type HandlerDeps = Running & { clock: Clock; signal: AbortSignal };

function createHandler(consumer: EventConsumer, deps: HandlerDeps): Handler {
  const { database, clock, log, signal, retryPause = 1000, observe = () => {} } = deps;
  const { attempts: most = 8, timeout = 30_000, concurrency = 1 } = consumer;

  /** Gives the error when it failed, nothing when it went well or was stopped. */
  async function attempt(event: PlatformEvent, number: number): Promise<{ error?: string; stopped?: boolean }> {
    const timer = new AbortController();
    const late = clock.sleep(timeout, timer.signal).then(
      () => Promise.reject(new Error(`took longer than ${timeout} ms`)),
      () => {},
    );
    const own = new AbortController();
    try {
      await Promise.race([
        consumer.handle(event, { attempt: number, signal: AbortSignal.any([signal, own.signal]) }),
        late,
      ]);
      observe(consumer.name, 'handled');
      return {};
    } catch (error) {
      if (signal.aborted) return { stopped: true };
      own.abort(error);
      observe(consumer.name, 'failed');
      log.warn('an event could not be handled', {
        consumer: consumer.name,
        seq: event.seq,
        eventType: event.type,
        attempt: number,
        error: messageOf(error),
      });
      return { error: messageOf(error) };
    } finally {
      timer.abort();
    }
  }

  function dueAfter(attempts: number): number {
    const pause = Math.min(longestPause, retryPause * 2 ** (attempts - 1));
    return Math.round(clock.now() + pause * (0.8 + Math.random() * 0.4));
  }

  async function handleBatch(batch: readonly PlatformEvent[], waiting: Set<string>) {
    const parked: Parked[] = [];
    const lanes = [...Map.groupBy(batch, (event) => event.subject).values()];
    const left: PlatformEvent[] = [];
    const runLane = async (lane: readonly PlatformEvent[]) => {
      for (const event of lane) {
        if (signal.aborted) return void left.push(event);
        if (waiting.has(event.subject)) {
          parked.push({ event, attempts: 0, dueAt: undefined, error: undefined });
          continue;
        }
        const { error, stopped } = await attempt(event, 1);
        if (stopped) return void left.push(event);
        if (error === undefined) continue;
        waiting.add(event.subject);
        parked.push({ event, attempts: 1, dueAt: dueAfter(1), error });
      }
    };
    const runner = async () => {
      for (let lane = lanes.shift(); lane; lane = lanes.shift()) await runLane(lane);
    };
    await Promise.all(Array.from({ length: concurrency }, runner));
    const unhandled = left.toSorted((a, b) => a.seq - b.seq)[0];
    return { parked: unhandled ? parked.filter(({ event }) => event.seq < unhandled.seq) : parked, unhandled };
  }

  async function retry(event: PlatformEvent, tried: number, waiting: Set<string>): Promise<void> {
    const number = tried + 1;
    const { error, stopped } = await attempt(event, number);
    if (stopped) return;
    const isDead = error !== undefined && number >= most;
    const stillWaits = await database.transaction(async (tx) => {
      if (error !== undefined && !isDead) {
        await park(tx, consumer.name, { event, attempts: number, dueAt: dueAfter(number), error });
        return true;
      }
      if (error !== undefined)
        await bury(tx, { consumer: consumer.name, event, attempts: number, error, at: clock.now() });
      return settle(tx, consumer.name, event, clock.now());
    });
    if (stillWaits) waiting.add(event.subject);
    else waiting.delete(event.subject);
    if (!isDead) return;
    observe(consumer.name, 'dead');
    log.error('an event became a dead letter', {
      consumer: consumer.name,
      seq: event.seq,
      eventType: event.type,
      attempts: number,
      error,
    });
  }

  return {
    handleBatch,
    async handleDue(waiting) {
      while (!signal.aborted) {
        const due = await dueRetries(database.reader, consumer.name, clock.now());
        if (due.length === 0) return;
        for (const { event, attempts } of due) {
          if (signal.aborted) return;
          await retry(event, attempts, waiting);
        }
      }
    },
  };
}
