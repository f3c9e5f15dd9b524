// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { emptySelection, extendTo, toggleRow } from './row-selection.ts';

const order = ['a', 'b', 'c', 'd'];

describe('a selection', () => {
  it('is toggled row by row', () => {
    const one = toggleRow(emptySelection, 'b');
    expect([...one.ids]).toEqual(['b']);
    expect([...toggleRow(one, 'b').ids]).toEqual([]);
  });

  it('is extended from where it began, in both directions', () => {
    const from = toggleRow(emptySelection, 'b');
    expect([...extendTo(from, 'd', order).ids]).toEqual(['b', 'c', 'd']);
    expect([...extendTo(from, 'a', order).ids].sort()).toEqual(['a', 'b']);
  });

  it('begins anew when its beginning is no longer there', () => {
    const from = toggleRow(emptySelection, 'gone');
    expect(extendTo(from, 'c', order)).toMatchObject({ anchor: 'c' });
  });
});
