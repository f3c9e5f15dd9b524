import type { PlatformEvent } from '@pilothouse/contract';
import { silentLogger } from '@pilothouse/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { describeDatabases, emptyTables } from '../database/test-databases.ts';
import { createLeases } from '../leases/leases.ts';
import { createConsumerService } from './consumer-service.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { EventConsumer } from './event-consumer.ts';
import { append, startTestEvents, type TestEvents } from './test-events.ts';

describeDatabases('a consumer', (use) => {
  let replica: TestEvents;
  const running: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    replica = await startTestEvents(use(), use().database);
  });
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
    await replica.stop();
  });

  function start(consumer: EventConsumer, from: TestEvents = replica, database: Database = from.database) {
    const leases = createLeases({ database, log: silentLogger, duration: 300 });
    const service = createConsumerService(consumer, {
      ...from,
      leases,
      log: silentLogger,
      retryPause: 1,
      pollInterval: 50,
    });
    const abort = new AbortController();
    const done = service.run(abort.signal, () => {});
    const stop = async () => {
      abort.abort();
      await done;
    };
    running.push(stop);
    return { stop, done };
  }

  const typeOf = (event: PlatformEvent) => event.type;

  it('gets every event in order, those from before it was there too', async () => {
    const seen: PlatformEvent[] = [];
    await append(replica, 'thing.first');
    start({ name: 'reader', handle: async (event) => void seen.push(event) });
    await expect.poll(() => seen.map(typeOf)).toEqual(['thing.first']);
    await append(replica, 'thing.second');
    await append(replica, 'thing.third');
    await expect.poll(() => seen.map(typeOf)).toEqual(['thing.first', 'thing.second', 'thing.third']);
  });

  it('starts with what comes next when it asks for that, and gets only the types it wants', async () => {
    const seen: string[] = [];
    await append(replica, 'thing.before');
    start({ name: 'reader', startAt: 'next', types: ['thing'], handle: async (event) => void seen.push(event.type) });
    const { database } = replica;
    await expect.poll(() => database.reader.selectFrom('event_consumers').select('cursor').execute()).toHaveLength(1);
    await append(replica, 'other.made');
    await append(replica, 'thing.after');
    await expect.poll(() => seen).toEqual(['thing.after']);
    const { newest } = await replica.events.bounds();
    await append(replica, 'other.made');
    await expect
      .poll(
        async () => (await database.reader.selectFrom('event_consumers').select('cursor').executeTakeFirst())?.cursor,
      )
      .toBe(newest + 1);
  });

  it('goes on where it was when it comes back', async () => {
    const seen: string[] = [];
    const consumer: EventConsumer = { name: 'reader', handle: async (event) => void seen.push(event.type) };
    const { stop } = start(consumer);
    await append(replica, 'thing.first');
    await expect.poll(() => seen).toEqual(['thing.first']);
    await stop();
    await append(replica, 'thing.second');
    start(consumer);
    await expect.poll(() => seen).toEqual(['thing.first', 'thing.second']);
  });

  it('tries a failing event again, holding back its subject and nothing else', async () => {
    const seen: string[] = [];
    let failures = 3;
    start({
      name: 'reader',
      handle: async ({ type, subject }) => {
        if (type === 'thing.bad' && failures > 0) {
          failures -= 1;
          throw new Error('not yet');
        }
        seen.push(`${subject} ${type}`);
      },
    });
    await append(replica, 'thing.bad', 'thing/1');
    await append(replica, 'thing.after', 'thing/1');
    await append(replica, 'thing.other', 'thing/2');
    await expect.poll(() => seen).toHaveLength(3);
    expect(seen.filter((each) => each.startsWith('thing/1'))).toEqual(['thing/1 thing.bad', 'thing/1 thing.after']);
    const { database } = replica;
    await expect.poll(() => database.reader.selectFrom('event_retries').selectAll().execute()).toEqual([]);
  });

  it('makes a poison event a dead letter, goes on with its subject, and takes a replay', async () => {
    const seen: string[] = [];
    let poisoned = true;
    start({
      name: 'reader',
      attempts: 3,
      handle: async ({ type }) => {
        if (type === 'thing.poison' && poisoned) throw new Error('it is poison');
        seen.push(type);
      },
    });
    await append(replica, 'thing.poison');
    await append(replica, 'thing.after');
    await expect.poll(() => seen).toEqual(['thing.after']);
    const deadLetters = createDeadLetters(replica);
    const [dead, ...more] = await deadLetters.list({ limit: 10 });
    expect(more).toEqual([]);
    expect(dead).toMatchObject({
      consumer: 'reader',
      attempts: 3,
      error: 'it is poison',
      event: { type: 'thing.poison' },
    });
    poisoned = false;
    await deadLetters.replay(dead?.id ?? '');
    await expect.poll(() => seen).toEqual(['thing.after', 'thing.poison']);
    expect(await deadLetters.list({ limit: 10 })).toEqual([]);
    await expect(deadLetters.replay(dead?.id ?? '')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('gives up on a try that takes too long', async () => {
    const signals: AbortSignal[] = [];
    start({
      name: 'reader',
      timeout: 20,
      attempts: 2,
      handle: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    await append(replica, 'thing.stuck');
    await expect
      .poll(() => createDeadLetters(replica).list({ limit: 9 }), { timeout: 5000 })
      .toMatchObject([{ error: 'took longer than 20 ms' }]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });

  it('runs in one replica at a time and is taken over by the other', async () => {
    const seen: { by: string; type: string }[] = [];
    const other = await startTestEvents(use(), await use().open());
    const consumer = (by: string): EventConsumer => ({
      name: 'reader',
      handle: async ({ type }) => void seen.push({ by, type }),
    });
    const { stop: stopFirst } = start(consumer('first'));
    await append(replica, 'thing.a');
    await expect.poll(() => seen).toHaveLength(1);
    const { stop: stopSecond } = start(consumer('second'), other);
    for (let index = 0; index < 20; index += 1) await append(index % 2 ? replica : other, 'thing.b');
    await expect.poll(() => seen).toHaveLength(21);
    expect(seen.every(({ by }) => by === 'first')).toBe(true);
    await stopFirst();
    await append(replica, 'thing.c');
    await expect.poll(() => seen, { timeout: 5000 }).toHaveLength(22);
    expect(seen.at(-1)).toEqual({ by: 'second', type: 'thing.c' });
    await stopSecond();
    await other.stop();
  });

  it('moves nothing once another has taken over, however late it wakes', async () => {
    const { database } = replica;
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { done } = start({ name: 'reader', handle: () => stuck });
    const outcome = expect(done).rejects.toThrow('taken over');
    await append(replica, 'thing.a');
    await expect
      .poll(() => database.reader.selectFrom('event_consumers').select('fence').execute())
      .toEqual([{ fence: 1 }]);
    await database.transaction((tx) => tx.updateTable('event_consumers').set({ fence: 7, cursor: 0 }).execute());
    running.splice(0);
    release();
    await outcome;
    expect(await database.reader.selectFrom('event_consumers').select(['fence', 'cursor']).execute()).toEqual([
      { fence: 7, cursor: 0 },
    ]);
  });

  it('keeps order per subject and loses nothing, whatever fails', { timeout: 60_000 }, async () => {
    const step = fc.record({ subject: fc.integer({ min: 0, max: 3 }), failures: fc.integer({ min: 0, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, concurrency) => {
          await emptyTables(replica.database);
          const left = steps.map(({ failures }) => failures);
          const handled: { subject: string; index: number }[] = [];
          const { stop } = start({
            name: 'reader',
            attempts: 4,
            concurrency,
            async handle({ subject, data }) {
              const index = Number(data.index);
              await new Promise(setImmediate);
              if ((left[index] ?? 0) > 0) {
                left[index] = (left[index] ?? 0) - 1;
                throw new Error('fails');
              }
              handled.push({ subject, index });
            },
          });
          for (const [index, { subject }] of steps.entries())
            await replica.database.transaction(async (tx) =>
              replica.events.append(tx, {
                type: 'thing.made',
                subject: `thing/${subject}`,
                actor: 'system',
                data: { index },
              }),
            );
          const dying = steps.filter(({ failures }) => failures >= 4).length;
          await expect.poll(() => handled.length, { timeout: 5000, interval: 5 }).toBe(steps.length - dying);
          await expect
            .poll(async () => (await createDeadLetters(replica).list({ limit: 99 })).length, { interval: 5 })
            .toBe(dying);
          await stop();
          for (const [, ofSubject] of Map.groupBy(handled, ({ subject }) => subject)) {
            const order = ofSubject.map(({ index }) => index);
            expect(order).toEqual(order.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
