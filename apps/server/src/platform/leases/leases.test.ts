import { silentLogger } from '@pilothouse/core';
import { expect, it } from 'vitest';
import { describeDatabases } from '../database/test-databases.ts';
import { createLeases } from './leases.ts';

describeDatabases('a lease', (use) => {
  const create = (database = use().database, duration = 300) => createLeases({ database, log: silentLogger, duration });

  it('belongs to one replica until it lets go', async () => {
    const [ours, theirs] = [create(), create(await use().open())];
    const lease = await ours.tryAcquire('monitor');
    expect(lease?.fence).toBe(1);
    expect(await theirs.tryAcquire('monitor')).toBeUndefined();
    expect(await theirs.tryAcquire('other')).toBeDefined();
    await lease?.release();
    const next = await theirs.tryAcquire('monitor');
    expect(next?.fence).toBe(2);
    await next?.release();
  });

  it('goes to one of many that ask at once', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, () => use().open()));
    const asked = databases.flatMap((database) => [create(database), create(database)]);
    const won = (await Promise.all(asked.map((each) => each.tryAcquire('monitor')))).filter(
      (lease) => lease !== undefined,
    );
    expect(won).toHaveLength(1);
    await won[0]?.release();
  });

  it('is renewed for as long as it is held', async () => {
    const lease = await create().tryAcquire('monitor');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(lease?.signal.aborted).toBe(false);
    expect(await create().tryAcquire('monitor')).toBeUndefined();
    await lease?.release();
  });

  it('is lost, and its holder told, when another has taken it', async () => {
    const { database } = use();
    const lease = await create().tryAcquire('monitor');
    // As after a long stop of the process: it expired and another came.
    await database.transaction((tx) => tx.updateTable('leases').set({ expires_at: 1, holder: 'another' }).execute());
    await expect.poll(() => lease?.signal.aborted, { timeout: 2000 }).toBe(true);
    const next = await create().tryAcquire('monitor');
    expect(next?.fence).toBeGreaterThan(lease?.fence ?? 0);
    await lease?.release();
    expect(await create().tryAcquire('monitor')).toBeUndefined();
    await next?.release();
  });

  it('is taken up by another replica when its holder is gone', async () => {
    const stop = new AbortController();
    const journal: string[] = [];
    const work = (name: string) => async (lease: { signal: AbortSignal }) => {
      journal.push(name);
      await new Promise((resolve) => AbortSignal.any([lease.signal, stop.signal]).addEventListener('abort', resolve));
    };
    const first = new AbortController();
    const holding = create().hold('monitor', {
      signal: first.signal,
      work: (lease) =>
        Promise.race([
          work('first')(lease),
          new Promise<void>((resolve) => first.signal.addEventListener('abort', () => resolve())),
        ]),
    });
    await expect.poll(() => journal).toEqual(['first']);
    const waiting = create(await use().open()).hold('monitor', { signal: stop.signal, work: work('second') });
    first.abort();
    await expect.poll(() => journal, { timeout: 3000 }).toEqual(['first', 'second']);
    stop.abort();
    await Promise.all([holding, waiting]);
  });
});
