import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeDatabases } from '../database/test-databases.ts';
import { forgetOldEvents } from './event-retention.ts';
import { append, startTestEvents, type TestEvents } from './test-events.ts';

describeDatabases('the event log', (use) => {
  let replica: TestEvents;
  beforeEach(async () => {
    replica = await startTestEvents(use(), use().database);
  });
  afterEach(() => replica.stop());

  it('keeps events of a transaction with it, in the order they were appended', async () => {
    const { database, events } = replica;
    const failed = database.transaction(async (tx) => {
      events.append(tx, { type: 'thing.lost', subject: 'thing/1', actor: 'system' });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await database.transaction(async (tx) => {
      events.append(tx, {
        type: 'thing.made',
        subject: 'thing/1',
        actor: 'user/1',
        generation: 3,
        data: { name: 'a\0b' },
      });
      events.append(tx, { type: 'other.made', subject: 'other/1', actor: 'system' });
    });
    const all = await events.readAfter(0, { limit: 10 });
    expect(all).toMatchObject([
      { type: 'thing.made', subject: 'thing/1', actor: 'user/1', generation: 3, data: { name: 'a\ufffdb' } },
      { type: 'other.made', data: {} },
    ]);
    expect(all[0]?.seq).toBeLessThan(all[1]?.seq ?? 0);
    expect(Date.parse(all[0]?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(await events.bounds()).toEqual({ oldest: all[0]?.seq, newest: all[1]?.seq });
  });

  it('finds by type, noun and subject, newest first for people', async () => {
    for (const type of ['a.made', 'a.gone', 'ab.made', 'b.made']) await append(replica, type, `${type}/1`);
    const types = async (wanted: string[]) =>
      (await replica.events.readAfter(0, { limit: 10, types: wanted })).map((event) => event.type);
    expect(await types(['a'])).toEqual(['a.made', 'a.gone']);
    expect(await types(['a.gone', 'b'])).toEqual(['a.gone', 'b.made']);
    expect(await types([])).toEqual([]);
    const listed = await replica.events.list({ limit: 2 });
    expect(listed.map((event) => event.type)).toEqual(['b.made', 'ab.made']);
    const next = await replica.events.list({ limit: 2, before: listed[1]?.seq });
    expect(next.map((event) => event.type)).toEqual(['a.gone', 'a.made']);
    expect(await replica.events.list({ limit: 9, subject: 'ab.made/1' })).toHaveLength(1);
  });

  it('never lets a reader miss an event, however transactions overlap', { timeout: 60_000 }, async () => {
    const { open } = use();
    const replicas = [replica, await startTestEvents(use(), await open())];
    const appended = new Set<string>();
    let writing = true;

    async function write(writer: number): Promise<void> {
      const own = replicas[writer % 2] ?? replica;
      for (let round = 0; round < 25; round += 1) {
        const ids = await own.database
          .transaction(async (tx) => {
            const made = [
              own.events.append(tx, {
                type: 'thing.made',
                subject: `thing/${writer}`,
                actor: 'system',
                data: { round },
              }),
            ];
            // Between numbering and commit of one, others are begun and committed.
            if (use().name === 'postgres' && Math.random() < 0.5)
              await sql`select pg_sleep(${Math.random() * 0.01})`.execute(tx);
            if (Math.random() < 0.3)
              made.push(
                own.events.append(tx, {
                  type: 'thing.changed',
                  subject: `thing/${writer}`,
                  actor: 'system',
                  data: { round },
                }),
              );
            if (Math.random() < 0.1) throw new Error('rolled back');
            return made;
          })
          .catch(() => []);
        for (const id of ids) appended.add(id);
      }
    }

    const seen: { seq: number; id: string; subject: string; round: unknown }[] = [];
    async function read(): Promise<void> {
      let place = 0;
      for (let last = false; ; last = !writing) {
        const batch = await replica.events.readAfter(place, { limit: 7 });
        for (const { seq, id, subject, data } of batch) seen.push({ seq, id, subject, round: data.round });
        place = batch.at(-1)?.seq ?? place;
        if (batch.length === 0 && last) return;
        if (batch.length === 0) await sleep(1);
      }
    }

    const reading = read();
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    writing = false;
    await reading;
    await replicas[1]?.stop();
    expect(new Set(seen.map(({ id }) => id))).toEqual(appended);
    expect(seen).toHaveLength(appended.size);
    expect(seen.every(({ seq }, index) => index === 0 || seq > (seen[index - 1]?.seq ?? 0))).toBe(true);
    for (const [, ofSubject] of Map.groupBy(seen, ({ subject }) => subject)) {
      const rounds = ofSubject.map(({ round }) => Number(round));
      expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
    }
  });

  it('rings the doorbell of every replica when it commits, and only then', async () => {
    const replicas = [
      replica,
      ...(use().name === 'postgres' ? [await startTestEvents(use(), await use().open())] : []),
    ];
    const rings = replicas.map(() => 0);
    for (const [index, each] of replicas.entries())
      each.doorbell.listen('events', () => {
        rings[index] = (rings[index] ?? 0) + 1;
      });
    await expect(
      replica.database.transaction(async (tx) => {
        replica.events.append(tx, { type: 'thing.made', subject: 'thing/1', actor: 'system' });
        throw new Error('no');
      }),
    ).rejects.toThrow();
    expect(rings.every((count) => count === 0)).toBe(true);
    await append(replica, 'thing.made');
    await expect.poll(() => rings.every((count) => count > 0)).toBe(true);
    await replicas[1]?.stop();
  });

  it('forgets old events that everybody has read, and keeps the newest', async () => {
    const { database, events } = replica;
    for (let index = 0; index < 5; index += 1) await append(replica, 'thing.made');
    const { oldest, newest } = await events.bounds();
    const later = { now: () => Date.now() + 40 * 24 * 3600_000, sleep: async () => {} };
    const consumer = (name: string, cursor: number, seenAt: number) =>
      database.transaction((tx) =>
        tx.insertInto('event_consumers').values({ name, cursor, fence: 1, seen_at: seenAt }).execute(),
      );
    await consumer('slow', oldest + 1, later.now());
    await consumer('gone', 0, 1);
    expect(await forgetOldEvents({ database, clock: { ...later, now: () => Date.now() }, days: 30 })).toBe(0);
    expect(await forgetOldEvents({ database, clock: later, days: 30 })).toBe(2);
    await database.transaction((tx) =>
      tx.updateTable('event_consumers').set({ cursor: newest }).where('name', '=', 'slow').execute(),
    );
    expect(await forgetOldEvents({ database, clock: later, days: 30 })).toBe(2);
    expect(await events.bounds()).toEqual({ oldest: newest, newest });
  });
});
