// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOrder } from './row-order.ts';
import { createTableModel, type TableModel } from './table-model.ts';
import { row, testColumns } from './test-rows.ts';

const compare = rowOrder(undefined, testColumns);
const names = (model: TableModel) => model.snapshot().rows.map((each) => each.name);

function started(rowNames: string[], { more = false } = {}) {
  let time = 0;
  const model = createTableModel(() => time);
  model.start(
    rowNames.map((name) => row(name)),
    { more, compare },
  );
  return { model, pass: (milliseconds: number) => (time += milliseconds) };
}

describe('a table while nobody reads', () => {
  it('puts a new row where the server would sort it', () => {
    const { model } = started(['a', 'c']);
    model.apply({ upserts: [row('b'), row('d')], deletes: [] }, { held: false });
    expect(names(model)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes a deleted row away', () => {
    const { model } = started(['a', 'b']);
    model.apply({ upserts: [], deletes: [row('a').id] }, { held: false });
    expect(names(model)).toEqual(['b']);
  });

  it('moves a row whose sort value changed', () => {
    const byRestarts = rowOrder({ id: 'restarts', descending: true }, testColumns);
    const model = createTableModel();
    model.start([row('a', { cells: ['1/1', 5] }), row('b', { cells: ['1/1', 1] })], {
      more: false,
      compare: byRestarts,
    });
    model.apply({ upserts: [row('b', { cells: ['1/1', 9] })], deletes: [] }, { held: false });
    expect(names(model)).toEqual(['b', 'a']);
  });
});

describe('a table while somebody reads', () => {
  it('changes a known row in place, though its sort value changed', () => {
    const byRestarts = rowOrder({ id: 'restarts', descending: true }, testColumns);
    const model = createTableModel();
    model.start([row('a', { cells: ['1/1', 5] }), row('b', { cells: ['1/1', 1] })], {
      more: false,
      compare: byRestarts,
    });
    model.apply({ upserts: [row('b', { cells: ['1/1', 9] })], deletes: [] }, { held: true });
    expect(names(model)).toEqual(['a', 'b']);
    expect(model.row(row('b').id)?.cells).toEqual(['1/1', 9]);
    model.release();
    expect(names(model)).toEqual(['b', 'a']);
  });

  it('keeps new rows waiting and counts them, until they are let in', () => {
    const { model } = started(['b']);
    model.apply({ upserts: [row('a'), row('c')], deletes: [] }, { held: true });
    expect(names(model)).toEqual(['b']);
    expect(model.snapshot().waiting).toBe(2);
    model.release();
    expect(names(model)).toEqual(['a', 'b', 'c']);
    expect(model.snapshot().waiting).toBe(0);
  });

  it('leaves a deleted row as a ghost in its place', () => {
    const { model } = started(['a', 'b']);
    model.apply({ upserts: [], deletes: [row('a').id] }, { held: true });
    expect(names(model)).toEqual(['a', 'b']);
    expect([...model.snapshot().gone]).toEqual([row('a').id]);
    model.release();
    expect(names(model)).toEqual(['b']);
  });

  it('brings a ghost back to life when an object of its name is made again', () => {
    const { model } = started(['a']);
    model.apply({ upserts: [], deletes: [row('a').id] }, { held: true });
    model.apply({ upserts: [row('a', { uid: 'another' })], deletes: [] }, { held: true });
    expect(model.snapshot().gone.size).toBe(0);
  });

  it('forgets a waiting row that is deleted before it was let in', () => {
    const { model } = started(['b']);
    model.apply({ upserts: [row('a')], deletes: [] }, { held: true });
    model.apply({ upserts: [], deletes: [row('a').id] }, { held: true });
    expect(model.snapshot().waiting).toBe(0);
  });
});

describe('a table that is loaded in part', () => {
  it('leaves a row that belongs on a later page to that page', () => {
    const { model } = started(['a', 'c'], { more: true });
    model.apply({ upserts: [row('b'), row('z')], deletes: [] }, { held: false });
    expect(names(model)).toEqual(['a', 'b', 'c']);
    model.append([row('d'), row('z')], { more: false });
    expect(names(model)).toEqual(['a', 'b', 'c', 'd', 'z']);
  });

  it('does not show a row twice that came live and then on a page', () => {
    const { model } = started(['a'], { more: false });
    model.apply({ upserts: [row('b')], deletes: [] }, { held: true });
    model.append([row('b')], { more: false });
    expect(names(model)).toEqual(['a', 'b']);
    expect(model.snapshot().waiting).toBe(0);
  });

  it('does not take rows beyond a fresh read for deleted', () => {
    const { model } = started(['a', 'b', 'c'], { more: true });
    model.reconcile([row('a')], { more: true, held: false });
    expect(names(model)).toEqual(['a', 'b', 'c']);
    model.reconcile([row('a'), row('c')], { more: false, held: false });
    expect(names(model)).toEqual(['a', 'c']);
  });
});

describe('the mark of a change', () => {
  it('names the cells that changed, for a moment', () => {
    const { model, pass } = started(['a']);
    model.apply({ upserts: [row('a', { cells: ['0/1', 0] })], deletes: [] }, { held: true });
    expect([...(model.changedCells(row('a').id) ?? [])]).toEqual([0]);
    pass(1500);
    expect(model.changedCells(row('a').id)).toBeUndefined();
  });

  it('is not set by a change that shows nowhere', () => {
    const { model } = started(['a']);
    model.apply({ upserts: [row('a')], deletes: [] }, { held: true });
    expect(model.changedCells(row('a').id)).toBeUndefined();
  });
});

describe('whatever comes', () => {
  const change = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    restarts: fc.nat(3),
    deleted: fc.boolean(),
    held: fc.boolean(),
  });

  it('ends, once let go, as a list read at the end would be', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.boolean(), (changes, byRestarts) => {
        const order = rowOrder(byRestarts ? { id: 'restarts', descending: true } : undefined, testColumns);
        const truth = new Map([row('b'), row('d')].map((each) => [each.id, each]));
        const model = createTableModel();
        model.start([...truth.values()].sort(order), { more: false, compare: order });
        for (const { name, restarts, deleted, held } of changes) {
          const next = row(name, { cells: ['1/1', restarts] });
          if (deleted) truth.delete(next.id);
          else truth.set(next.id, next);
          model.apply(deleted ? { upserts: [], deletes: [next.id] } : { upserts: [next], deletes: [] }, { held });
        }
        model.release();
        expect(model.snapshot().rows).toEqual([...truth.values()].sort(order));
      }),
    );
  });

  it('never moves, adds or takes away a row while somebody reads', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const { model } = started(['a', 'c', 'e']);
        for (const { name, restarts, deleted } of changes) {
          const next = row(name, { cells: ['1/1', restarts] });
          model.apply(deleted ? { upserts: [], deletes: [next.id] } : { upserts: [next], deletes: [] }, { held: true });
          expect(names(model)).toEqual(['a', 'c', 'e']);
        }
      }),
    );
  });
});
