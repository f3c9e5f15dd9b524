import { readEventStream, type ServerSentEvent } from '@pilothouse/contract';
import { silentLogger } from '@pilothouse/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeDatabases } from '../database/test-databases.ts';
import { createTestAccess, createTestPrincipal, startTestHttp, type TestHttp } from '../http/test-http.ts';
import { createEventRoutes } from './event-routes.ts';
import { createEventTail } from './event-tail.ts';
import { append, startTestEvents, type TestEvents } from './test-events.ts';

describeDatabases('the event stream', (use) => {
  let replica: TestEvents;
  let http: TestHttp;
  const aborts: AbortController[] = [];
  let tailing: Promise<void>;
  let stopTail: AbortController;

  beforeEach(async () => {
    replica = await startTestEvents(use(), use().database);
    // A log that had events is never empty: the newest always stays.
    await append(replica, 'log.begun');
    const tail = createEventTail({ ...replica, log: silentLogger, pollInterval: 100 });
    stopTail = new AbortController();
    await new Promise<void>((ready) => {
      tailing = tail.service.run(stopTail.signal, ready);
    });
    http = await startTestHttp({
      access: createTestAccess([createTestPrincipal('alice'), createTestPrincipal('guest')]),
      routes: createEventRoutes({
        events: replica.events,
        tail,
        visibility: ({ name }, { subject }) => name === 'alice' || !subject.startsWith('secret/'),
      }),
    });
  });
  afterEach(async () => {
    for (const abort of aborts.splice(0)) abort.abort();
    await http.server.close(100);
    stopTail.abort();
    await tailing;
    await replica.stop();
  });

  /** Collects what a client gets. */
  async function follow({ as = 'alice', lastId, topics = '' }: { as?: string; lastId?: string; topics?: string } = {}) {
    const abort = new AbortController();
    aborts.push(abort);
    const headers = { authorization: `Bearer ${as}`, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
    const answer = await fetch(`${http.url}/api/v1/streams${topics && `?topics=${topics}`}`, {
      headers,
      signal: abort.signal,
    });
    const got: ServerSentEvent[] = [];
    void (async () => {
      for await (const event of readEventStream(answer.body ?? new ReadableStream())) got.push(event);
    })().catch(() => {});
    const types = () => got.map(({ event, data }) => event ?? (JSON.parse(data) as { type: string }).type);
    return { got, types, abort };
  }

  it('begins with its place and goes on with what happens', async () => {
    const client = await follow();
    await expect.poll(client.types).toEqual(['ready']);
    await append(replica, 'thing.made');
    await append(replica, 'thing.changed');
    await expect.poll(client.types).toEqual(['ready', 'thing.made', 'thing.changed']);
    const [, made] = client.got;
    expect(JSON.parse(made?.data ?? '')).toMatchObject({ seq: Number(made?.id), subject: 'thing/1' });
  });

  it('gives a client that comes back exactly what it missed, however much that is', async () => {
    const client = await follow();
    await expect.poll(client.types).toEqual(['ready']);
    await append(replica, 'thing.first');
    await expect.poll(client.types).toHaveLength(2);
    client.abort.abort();
    await replica.database.transaction(async (tx) => {
      for (let index = 0; index < 1200; index += 1)
        replica.events.append(tx, { type: `thing.n${index}`, subject: 'thing/1', actor: 'system' });
    });
    const lastId = client.got.at(-1)?.id;
    const back = await follow(lastId === undefined ? {} : { lastId });
    await append(replica, 'thing.last');
    await expect.poll(() => back.types().length, { timeout: 5000 }).toBe(1201);
    expect(back.types()).toEqual([...Array.from({ length: 1200 }, (_, index) => `thing.n${index}`), 'thing.last']);
  });

  it('misses and repeats nothing for clients that come and go while events are written', {
    timeout: 30_000,
  }, async () => {
    const first = await follow();
    await expect.poll(() => first.types()).toEqual(['ready']);
    let lastId = first.got[0]?.id ?? '0';
    let writing = true;
    const writer = (async () => {
      for (let index = 0; index < 300; index += 1) await append(replica, `thing.n${index}`);
      writing = false;
    })();
    const seen: string[] = [];
    while (writing || seen.length < 300) {
      const client = await follow({ lastId });
      const wanted = 1 + Math.floor(Math.random() * 40);
      await expect
        .poll(() => client.got.length >= wanted || client.got.length + seen.length >= 300, {
          timeout: 5000,
          interval: 2,
        })
        .toBe(true);
      client.abort.abort();
      const got = client.got.slice();
      seen.push(...client.types());
      lastId = got.at(-1)?.id ?? lastId;
    }
    await writer;
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => `thing.n${index}`));
  });

  it('tells a client to start over when the log does not reach back to it, or never was there', async () => {
    for (let index = 0; index < 5; index += 1) await append(replica, 'thing.made');
    const { oldest, newest } = await replica.events.bounds();
    await replica.database.transaction((tx) => tx.deleteFrom('events').where('seq', '<', newest).execute());
    for (const lastId of [String(oldest), String(newest + 1000), 'x', '-1']) {
      const client = await follow({ lastId });
      await expect.poll(() => client.types()[0], { message: lastId }).toBe('reset');
    }
    const fine = await follow({ lastId: String(newest - 1) });
    await expect.poll(fine.types).toEqual(['thing.made']);
  });

  it('shows each principal what it may read, of the topics it wants', async () => {
    const [all, guest, topic] = [
      await follow(),
      await follow({ as: 'guest' }),
      await follow({ topics: 'thing,user.made' }),
    ];
    await expect.poll(() => [all, guest, topic].every((client) => client.got.length === 1)).toBe(true);
    await append(replica, 'thing.made', 'secret/1');
    await append(replica, 'user.made', 'user/1');
    await append(replica, 'user.gone', 'user/1');
    await expect.poll(all.types).toEqual(['ready', 'thing.made', 'user.made', 'user.gone']);
    await expect.poll(guest.types).toEqual(['ready', 'user.made', 'user.gone']);
    await expect.poll(topic.types).toEqual(['ready', 'thing.made', 'user.made']);
    const resumed = await follow({ as: 'guest', lastId: guest.got[0]?.id ?? '' });
    await expect.poll(resumed.types).toEqual(['user.made', 'user.gone']);
  });
});
