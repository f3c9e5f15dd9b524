import { uuid7 } from '@pilothouse/core';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../../platform/database/database.ts';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { type ClusterStore, createClusterStore, type NewCluster } from './cluster-store.ts';

const cluster = (name: string, isDefault = false): NewCluster => ({
  id: uuid7(),
  name,
  accessType: 'token',
  server: `https://${name}.example.org`,
  labels: { env: 'test', 'example.org/quoted': `"'\u2028` },
  isDefault,
  impersonate: false,
  sealedAccess: `sealed-${name}`,
  at: 1000,
});

describeDatabases('the cluster store', (use) => {
  let database: Database;
  let store: ClusterStore;
  const insert = (...clusters: NewCluster[]) =>
    database.transaction(async (tx) => {
      for (const each of clusters) await store.insert(tx, each);
    });

  beforeEach(() => {
    database = use().database;
    store = createClusterStore(database);
  });

  test('gives back what was put in, without the credentials', async () => {
    const made = cluster('prod', true);
    await insert(made);
    const [found] = await store.list();
    expect(found).toEqual({
      id: made.id,
      name: 'prod',
      accessType: 'token',
      server: 'https://prod.example.org',
      labels: made.labels,
      isDefault: true,
      impersonate: false,
      version: 1,
      accessVersion: 1,
      createdAt: 1000,
      updatedAt: 1000,
      connection: { state: 'pending', since: 1000 },
    });
    expect(JSON.stringify(found)).not.toContain('sealed-');
    expect(await store.sealedAccess(made.id)).toBe('sealed-prod');
  });

  test('refuses a second cluster of a name, and a second default', async () => {
    await insert(cluster('a', true));
    await expect(insert(cluster('a'))).rejects.toMatchObject({ code: 'already_exists' });
    await expect(insert(cluster('b', true))).rejects.toMatchObject({ code: 'already_exists' });
    expect((await store.list()).map((found) => found.name)).toEqual(['a']);
  });

  test('counts changes people make, and apart from them those of the access; what the monitor writes counts for neither', async () => {
    const made = cluster('a');
    await insert(made);
    await database.transaction(async (tx) => {
      await store.update(tx, made.id, { at: 2000, labels: {} });
      await store.update(tx, made.id, { at: 3000, sealedAccess: 'new' });
      await store.replaceSealedAccess(tx, made.id, 'renewed');
      await store.recordCheck(tx, made.id, { state: 'connected', latencyMs: 12.4, at: 4000, since: 4000 });
      await store.recordFacts(tx, made.id, {
        asOf: '2026-01-01T00:00:00Z',
        version: 'v1.34.0',
        provider: 'kind',
        features: { metrics: false, crds: [] },
        kinds: 60,
      });
    });
    expect(await store.find(made.id)).toMatchObject({
      version: 3,
      accessVersion: 2,
      updatedAt: 3000,
      connection: { state: 'connected', since: 4000, checkedAt: 4000, latencyMs: 12 },
      facts: { version: 'v1.34.0' },
    });
    expect(await store.sealedAccess(made.id)).toBe('renewed');
  });

  test('moves the default in one transaction', async () => {
    const [a, b] = [cluster('a', true), cluster('b')];
    await insert(a, b);
    await database.transaction(async (tx) => {
      await store.clearDefault(tx);
      await store.update(tx, b.id, { at: 2000, isDefault: true });
    });
    expect((await store.list()).map((found) => [found.name, found.isDefault])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  test('keeps a connection log newest first, in pages, and lets it grow old', async () => {
    const made = cluster('a');
    await insert(made);
    const ids = [1, 2, 3].map((at) => uuid7(at * 1000));
    await database.transaction(async (tx) => {
      for (const [index, id] of ids.entries())
        await store.appendConnectionLog(tx, made.id, {
          id,
          at: (index + 1) * 1000,
          from: 'pending',
          to: 'unreachable',
          code: 'cluster_unreachable',
          message: 'no route',
        });
    });
    const page = await store.connectionLog(made.id, { limit: 2 });
    expect(page.map((entry) => entry.at)).toEqual([3000, 2000]);
    expect(
      (await store.connectionLog(made.id, { limit: 2, before: page.at(-1)?.id })).map((entry) => entry.at),
    ).toEqual([1000]);
    expect(await database.transaction((tx) => store.deleteConnectionLogBefore(tx, 2500))).toBe(2);
    expect(await store.connectionLog(made.id, { limit: 9 })).toHaveLength(1);
  });

  test('forgets a cluster with its log', async () => {
    const made = cluster('a');
    await insert(made);
    await database.transaction(async (tx) => {
      await store.appendConnectionLog(tx, made.id, { id: uuid7(), at: 1, from: 'pending', to: 'connected' });
      await store.delete(tx, made.id);
    });
    expect(await store.list()).toEqual([]);
    expect(await store.connectionLog(made.id, { limit: 9 })).toEqual([]);
  });
});
