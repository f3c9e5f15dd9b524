import { type Clock, type HealthStatus, silentLogger } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFakeResourceCache } from './fake-resource-cache.ts';
import { createResourceTable, type ResourceTable } from './resource-table.ts';
import type { RowFilter } from './row-filter.ts';
import { decodeCursor, encodeCursor, type Position, parseRowOrder } from './row-order.ts';
import { readTablePage, type TablePart } from './table-page.ts';
import type { RowRules, TableRow } from './table-row.ts';

const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() };

const rules: RowRules = {
  columns: [
    { id: 'status', label: 'Status', type: 'text', priority: 0 },
    { id: 'restarts', label: 'Restarts', type: 'number', priority: 0 },
    { id: 'started', label: 'Started', type: 'age', priority: 0 },
  ],
  cells: (object) => [statusOf(object), restartsOf(object), object.metadata.creationTimestamp ?? null],
  health: (object) => ({ health: { status: statusOf(object) as HealthStatus, reason: 'Test', message: '' } }),
};

function statusOf(object: KubeObject): string {
  return String(object.status);
}

function restartsOf(object: KubeObject): number | null {
  return typeof object.restarts === 'number' ? object.restarts : null;
}

type Draft = { namespace: string; name: string; status: HealthStatus; restarts: number | null };

function pod({ namespace, name, status, restarts }: Draft): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid: `${namespace}-${name}` },
    status,
    restarts,
  };
}

function tableOf(cluster: string, objects: KubeObject[]) {
  const cache = createFakeResourceCache(objects);
  const source = { clusterId: cluster, cluster, rules };
  const table = createResourceTable({ cache, source, epoch: 'e', clock, log: silentLogger });
  return { cache, table };
}

const idsOf = (rows: readonly TableRow[]) => rows.map((row) => row.id);

function readAll(parts: TablePart[], sort: string | undefined, limit: number): string[] {
  const order = parseRowOrder(sort, rules.columns);
  const ids: string[] = [];
  let after: Position | undefined;
  for (;;) {
    const page = readTablePage(parts, { order, after, limit });
    ids.push(...idsOf(page.rows));
    const last = page.rows.at(-1);
    if (!page.more || !last) return ids;
    after = decodeCursor('q', encodeCursor('q', order.position(last)));
  }
}

const drafts = fc.uniqueArray(
  fc.record({
    namespace: fc.constantFrom('a', 'b', 'c'),
    name: fc.stringMatching(/^[a-f]{1,2}$/),
    status: fc.constantFrom<HealthStatus[]>('healthy', 'degraded', 'progressing'),
    restarts: fc.option(fc.integer({ min: 0, max: 3 })),
  }),
  { selector: (draft) => `${draft.namespace}/${draft.name}`, maxLength: 40 },
);
const sorts = fc.constantFrom(
  undefined,
  '-name',
  'restarts',
  '-restarts,name',
  'health,-namespace',
  '-cluster',
  'status',
  'age',
);
const degraded: RowFilter = { key: 'degraded', matches: (row) => row.health.status === 'degraded' };

describe('a table over several clusters', () => {
  test('shows every matching row once, in one order, whatever the page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        drafts,
        drafts,
        sorts,
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (one, two, sort, limit, filtered) => {
          const parts = [tableOf('c1', one.map(pod)), tableOf('c2', two.map(pod))].map(({ table }) => ({
            table,
            filter: filtered ? degraded : undefined,
          }));
          for (const { table } of parts) await table.settled();
          const order = parseRowOrder(sort, rules.columns);
          const expected = parts
            .flatMap(({ table }) => [...table.rows()])
            .filter((row) => !filtered || degraded.matches(row))
            .sort(order.compare);
          expect(readAll(parts, sort, limit)).toEqual(idsOf(expected));
          expect(readTablePage(parts, { order, after: undefined, limit }).total).toBe(expected.length);
        },
      ),
    );
  });

  test('stays exact through any sequence of changes', async () => {
    const step = fc.record({
      draft: drafts,
      gone: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.stringMatching(/^[a-f]{1,2}$/)), { maxLength: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(drafts, fc.array(step, { maxLength: 5 }), sorts, async (initial, steps, sort) => {
        const { cache, table } = tableOf('c1', initial.map(pod));
        const order = parseRowOrder(sort, rules.columns);
        for (const { draft, gone } of [{ draft: [], gone: [] }, ...steps]) {
          cache.put(...draft.map(pod));
          cache.remove(...gone.map(([namespace, name]) => `${namespace}/${name}`));
          await table.settled();
          const view = table.view(degraded);
          const fresh = await freshTable(cache);
          expect(idsOf(table.ordered(order))).toEqual(idsOf(fresh.ordered(order)));
          const matching = [...fresh.rows()].filter(degraded.matches);
          expect(view.total).toBe(matching.length);
          expect(idsOf(table.ordered(order).filter(view.has)).sort()).toEqual(idsOf(matching).sort());
          expect(readTablePage([{ table, filter: undefined }], { order, after: undefined, limit: 1 }).health).toEqual(
            countHealth(fresh),
          );
        }
      }),
    );
  });

  test('a page after rows came and went neither repeats nor skips a row that stayed', async () => {
    const { cache, table } = tableOf(
      'c1',
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => pod({ namespace: 'n', name, status: 'healthy', restarts: 0 })),
    );
    await table.settled();
    const order = parseRowOrder('name', rules.columns);
    const first = readTablePage([{ table, filter: undefined }], { order, after: undefined, limit: 3 });
    expect(idsOf(first.rows)).toEqual(['c1/n/a', 'c1/n/b', 'c1/n/c']);
    cache.remove('n/a', 'n/c');
    cache.put(pod({ namespace: 'n', name: 'aa', status: 'healthy', restarts: 0 }));
    await table.settled();
    const last = first.rows.at(-1);
    const second = readTablePage([{ table, filter: undefined }], {
      order,
      after: last && order.position(last),
      limit: 3,
    });
    expect(idsOf(second.rows)).toEqual(['c1/n/d', 'c1/n/e', 'c1/n/f']);
    expect(second.more).toBe(false);
  });

  test('tells a cursor of another query and one that is broken', () => {
    expect(() => decodeCursor('other', encodeCursor('q', ['a']))).toThrowError(
      expect.objectContaining({ code: 'invalid_cursor' }),
    );
    expect(() => decodeCursor('q', '%%%')).toThrowError(expect.objectContaining({ code: 'invalid_cursor' }));
  });

  test('names the columns when one asks to sort by one that is not there', () => {
    expect(() => parseRowOrder('-nope', rules.columns)).toThrowError(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });

  test('sorts rows without a value last in both directions', async () => {
    const { table } = tableOf('c1', [
      pod({ namespace: 'n', name: 'none', status: 'healthy', restarts: null }),
      pod({ namespace: 'n', name: 'two', status: 'healthy', restarts: 2 }),
      pod({ namespace: 'n', name: 'zero', status: 'healthy', restarts: 0 }),
    ]);
    await table.settled();
    const names = (sort: string) => table.ordered(parseRowOrder(sort, rules.columns)).map((row) => row.name);
    expect(names('restarts')).toEqual(['zero', 'two', 'none']);
    expect(names('-restarts')).toEqual(['two', 'zero', 'none']);
  });
});

async function freshTable(cache: Parameters<typeof createResourceTable>[0]['cache']): Promise<ResourceTable> {
  const table = createResourceTable({
    cache,
    source: { clusterId: 'c1', cluster: 'c1', rules },
    epoch: 'f',
    clock,
    log: silentLogger,
  });
  await table.settled();
  return table;
}

function countHealth(table: ResourceTable): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of table.rows()) counts[row.health.status] = (counts[row.health.status] ?? 0) + 1;
  return counts;
}
