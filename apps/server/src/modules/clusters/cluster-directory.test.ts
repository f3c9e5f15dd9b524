import { silentLogger, uuid7 } from '@pilothouse/core';
import { afterEach, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { startTestEvents, type TestEvents } from '../../platform/events/test-events.ts';
import { createClusterDirectory } from './cluster-directory.ts';
import { createClusterStore } from './cluster-store.ts';

describeDatabases('the directory of clusters', (use) => {
  const stops: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function startDirectory(replica: TestEvents) {
    const store = createClusterStore(replica.database);
    const directory = createClusterDirectory({
      store,
      events: replica.events,
      doorbell: replica.doorbell,
      log: silentLogger,
    });
    const abort = new AbortController();
    await new Promise<void>((ready) => {
      const run = directory.service.run(abort.signal, ready);
      stops.push(async () => {
        abort.abort();
        await run;
      });
    });
    const add = async (name: string) => {
      const id = uuid7();
      await replica.database.transaction(async (tx) => {
        await store.insert(tx, {
          id,
          name,
          accessType: 'token',
          server: 's',
          labels: {},
          isDefault: false,
          impersonate: false,
          sealedAccess: 'x',
          at: 1,
        });
        replica.events.append(tx, { type: 'cluster.registered', subject: `cluster/${id}`, actor: 'system' });
      });
      return id;
    };
    const change = (id: string, fields: { name?: string; sealedAccess?: string }) =>
      replica.database.transaction(async (tx) => {
        await store.update(tx, id, { at: 2, ...fields });
        replica.events.append(tx, { type: 'cluster.updated', subject: `cluster/${id}`, actor: 'system' });
      });
    return { directory, add, change };
  }

  test('knows a change of this replica, and of another where there is one', async () => {
    const database = use().database;
    const here = await startTestEvents(use(), database);
    stops.push(() => here.stop());
    const one = await startDirectory(here);
    const other = use().name === 'postgres' ? await startTestEvents(use(), await use().open()) : here;
    if (other !== here) stops.push(() => other.stop());
    const two = other === here ? one : await startDirectory(other);

    const changed: string[] = [];
    two.directory.onChanged((id) => changed.push(id));
    const id = await one.add('prod');
    await expect.poll(() => two.directory.find('prod')?.id, { timeout: 5000 }).toBe(id);
    await one.change(id, { sealedAccess: 'new' });
    await expect.poll(() => changed, { timeout: 5000 }).toEqual([id]);
    await one.change(id, { name: 'production' });
    await expect.poll(() => two.directory.find('production')?.id, { timeout: 5000 }).toBe(id);
    expect(two.directory.find('prod')).toBeUndefined();
  });

  test('looks into the database before it says that there is none', async () => {
    const replica = await startTestEvents(use(), use().database);
    stops.push(() => replica.stop());
    const store = createClusterStore(replica.database);
    const directory = createClusterDirectory({
      store,
      events: replica.events,
      doorbell: replica.doorbell,
      log: silentLogger,
    });
    const { add } = await startDirectory(replica);
    const id = await add('late');
    expect(directory.find('late')).toBeUndefined();
    expect((await directory.resolve('late')).id).toBe(id);
    await expect(directory.resolve('nope')).rejects.toMatchObject({ code: 'not_found' });
  });
});
