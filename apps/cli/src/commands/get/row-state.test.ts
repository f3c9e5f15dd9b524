import type { ResourceRow, TableMessage } from '@pilothouse/contract';
import { describe, expect, it } from 'vitest';
import { createRowState } from './row-state.ts';

function row(name: string, status = 'Running', more: Partial<ResourceRow> = {}): ResourceRow {
  return {
    id: `a/shop/${name}`,
    cluster: 'a',
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    health: { status: 'healthy', reason: '', message: '' },
    cells: [status],
    ...more,
  };
}

const changes = (upserts: ResourceRow[], deletes: string[] = []): TableMessage => ({
  type: 'changes',
  upserts,
  deletes,
});
const sources = (phase: 'live' | 'syncing' | 'failed'): TableMessage => ({
  type: 'sources',
  sources: [{ cluster: 'a', phase }],
  failures: [],
});
const named = (list: readonly { row: ResourceRow; deleted: boolean }[]) =>
  list.map(({ row: { name }, deleted }) => (deleted ? `-${name}` : name));

describe('the state of a watched table', () => {
  it('prints the first rows together, sorted, once every cluster has loaded', () => {
    const state = createRowState({ printFirst: true });
    expect(state.take(changes([row('b')]))).toEqual([]);
    expect(state.take(sources('syncing'))).toEqual([]);
    expect(state.take(changes([row('a')]))).toEqual([]);
    expect(named(state.take(sources('live')))).toEqual(['a', 'b']);
  });

  it('does not wait for a cluster that failed', () => {
    const state = createRowState({ printFirst: true });
    state.take(changes([row('a')]));
    expect(named(state.take(sources('failed')))).toEqual(['a']);
  });

  it('then prints what looks different, and what is gone once more', () => {
    const state = createRowState({ printFirst: true });
    state.take(changes([row('a'), row('b')]));
    state.take(sources('live'));
    expect(named(state.take(changes([row('a')])))).toEqual([]);
    expect(named(state.take(changes([row('a', 'Failed')])))).toEqual(['a']);
    expect(named(state.take(changes([], ['a/shop/b', 'a/shop/never-seen'])))).toEqual(['-b']);
    expect(named(state.take(changes([row('b', 'Running', { uid: 'another' })])))).toEqual(['b']);
  });

  it('compares a list that came anew after a reset with what was shown', () => {
    const state = createRowState({ printFirst: true });
    state.take(changes([row('kept'), row('changed'), row('gone')]));
    state.take(sources('live'));
    expect(state.take({ type: 'reset', reason: 'restarted' })).toEqual([]);
    state.take(changes([row('kept'), row('changed', 'Failed'), row('new')]));
    expect(named(state.take(sources('live')))).toEqual(['-gone', 'changed', 'new']);
  });

  it('leaves it to its user what looks the same', () => {
    const state = createRowState({ printFirst: true, looksSame: () => false });
    state.take(changes([row('a')]));
    state.take(sources('live'));
    expect(named(state.take(changes([row('a')])))).toEqual(['a']);
  });

  it('can keep the first rows to itself', () => {
    const state = createRowState({ printFirst: false });
    state.take(changes([row('a')]));
    expect(state.take(sources('live'))).toEqual([]);
    expect(named(state.take(changes([row('a'), row('b')])))).toEqual(['b']);
  });
});
