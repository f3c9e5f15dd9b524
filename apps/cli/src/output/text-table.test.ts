import { describe, expect, it } from 'vitest';
import { renderTable } from './text-table.ts';

const table = {
  header: ['NAME', 'STATUS', 'AGE'],
  rows: [
    ['web-1', 'Running', '5m'],
    ['数据库', 'Pending', '10d'],
  ],
};

describe('renderTable', () => {
  it('aligns columns by display width and does not pad the last', () => {
    expect(renderTable(table)).toBe('NAME     STATUS    AGE\nweb-1    Running   5m\n数据库   Pending   10d\n');
  });

  it('leaves the header out and keeps widths of before', () => {
    expect(renderTable(table, { withHeader: false, minimumWidths: [8, 0, 0] })).toBe(
      'web-1      Running   5m\n数据库     Pending   10d\n',
    );
  });

  it('cuts lines to the width of the terminal', () => {
    const lines = renderTable(table, { width: 12 }).trimEnd().split('\n');
    expect(lines).toEqual(['NAME     ST…', 'web-1    Ru…', '数据库   Pe…']);
  });

  it('paints cells without counting the paint', () => {
    const text = renderTable(table, {
      paint: (cell, { row, column }) => (row === 0 && column === 1 ? `<${cell}>` : cell),
    });
    expect(text.split('\n')[1]).toBe('web-1    <Running>   5m');
  });

  it('is empty for nothing', () => {
    expect(renderTable({ header: ['A'], rows: [] }, { withHeader: false })).toBe('');
  });
});
