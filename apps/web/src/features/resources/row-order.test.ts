// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { parseSort } from '../../design/table/table-column.ts';
import { rowOrder } from './row-order.ts';
import { row, testColumns } from './test-rows.ts';

const rows = [
  row('b', { cells: ['1/1', 3], createdAt: '2026-01-03T00:00:00Z' }),
  row('a', {
    cells: ['0/1', 12],
    createdAt: '2026-01-01T00:00:00Z',
    health: { status: 'degraded', reason: 'X', message: '' },
  }),
  row('c', { cells: ['', null], namespace: 'data', createdAt: '2026-01-02T00:00:00Z' }),
];

describe('the order of rows', () => {
  const examples: [sort: string | undefined, expected: string][] = [
    [undefined, 'c a b'],
    ['name', 'a b c'],
    ['-name', 'c b a'],
    ['health', 'c b a'],
    ['-health', 'a c b'],
    ['age', 'b c a'],
    ['-age', 'a c b'],
    ['restarts', 'b a c'],
    ['-restarts', 'a b c'],
  ];
  it.each(examples)('by %s is %s', (sort, expected) => {
    const ordered = [...rows].sort(rowOrder(parseSort(sort), testColumns));
    expect(ordered.map((each) => each.name).join(' ')).toBe(expected);
  });
});
