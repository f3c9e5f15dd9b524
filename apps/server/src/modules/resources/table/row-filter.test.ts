import type { KubeObject } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { parseRowFilter } from './row-filter.ts';
import type { TableRow } from './table-row.ts';

function row(kind: string, name: string, namespace = ''): TableRow {
  const object = { apiVersion: 'v1', kind, metadata: { name, namespace } } satisfies KubeObject;
  return { name, namespace, object } as unknown as TableRow;
}

const asked = parseRowFilter({ namespaces: 'shop' });

describe('the namespaces asked for', () => {
  it('filter objects that live in one', () => {
    const filter = asked.within('all', { namespaced: true });
    expect(filter?.matches(row('Pod', 'a', 'shop'))).toBe(true);
    expect(filter?.matches(row('Pod', 'a', 'data'))).toBe(false);
  });

  it('leave objects that live in none alone, nodes and Namespaces alike', () => {
    expect(asked.within('all', { namespaced: false })).toBeUndefined();
  });

  it('never widen what the principal may see', () => {
    const share = new Set(['data']);
    expect(asked.within(share, { namespaced: true })?.matches(row('Pod', 'a', 'shop'))).toBe(false);
    expect(asked.within(share, { namespaced: false })?.matches(row('Namespace', 'shop'))).toBe(false);
    expect(asked.within(share, { namespaced: false })?.matches(row('Namespace', 'data'))).toBe(true);
  });
});
