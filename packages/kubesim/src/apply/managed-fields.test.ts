import type { KubeObject } from '@pilothouse/kube';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinResources } from '../catalogue/builtin-resources.ts';
import type { Target } from '../rules/object-writer.ts';
import { writeOptions } from '../rules/write-options.ts';
import { intersection, isEmpty } from './field-set.ts';
import { createManagedFields, decodeEntries } from './managed-fields.ts';

const managed = createManagedFields();

function targetOf(plural: string): Target {
  const resource = builtinResources().find((one) => one.plural === plural);
  const version = resource?.versions[0];
  if (resource === undefined || version === undefined) throw new Error(plural);
  return { resource, version };
}

const target = targetOf('configmaps');
const now = '2026-01-01T00:00:00Z';

function configMap(data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' }, data };
}

function apply(live: KubeObject | undefined, manager: string, data: Record<string, string>, force = false): KubeObject {
  return managed.onApply({ target, live, config: configMap(data), options: writeOptions({ manager, force }), now });
}

const someData = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'), { maxKeys: 4 });
const managers = fc.constantFrom('one', 'two', 'three');

describe('managed fields', () => {
  it('give an applier exactly what it sets, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(managers, someData), { minLength: 1, maxLength: 8 }), (steps) => {
        let live: KubeObject | undefined;
        for (const [manager, data] of steps) {
          live = apply(live, manager, data, true);
          expect(live.data ?? {}).toMatchObject(data);
        }
      }),
    );
  });

  it('leave no field that nobody owns, when all writers are appliers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(managers, someData), { minLength: 1, maxLength: 8 }), (steps) => {
        let live: KubeObject | undefined;
        for (const [manager, data] of steps) live = apply(live, manager, data, true);
        const owned = decodeEntries(live?.metadata.managedFields).flatMap((entry) => [
          ...(entry.fields.get('f:data')?.below.keys() ?? []),
        ]);
        const held = Object.keys((live?.data ?? {}) as object).map((key) => `f:${key}`);
        expect(new Set(held)).toEqual(new Set(owned));
      }),
    );
  });

  it('change nothing when the same is applied twice', () => {
    fc.assert(
      fc.property(someData, someData, (first, second) => {
        const live = apply(apply(undefined, 'one', first), 'two', second, true);
        expect(apply(live, 'two', second)).toEqual(live);
      }),
    );
  });

  it('never take a field from another applier without force', () => {
    fc.assert(
      fc.property(someData, someData, (theirs, ours) => {
        const live = apply(undefined, 'one', theirs);
        const clash = Object.entries(ours).some(([key, value]) => theirs[key] !== undefined && theirs[key] !== value);
        if (clash) expect(() => apply(live, 'two', ours)).toThrow(/conflict/);
        else expect(apply(live, 'two', ours).data ?? {}).toMatchObject({ ...theirs, ...ours });
      }),
    );
  });

  it('move fields from one updater to the next', () => {
    const before = configMap({ a: '1', b: '1' });
    managed.onUpdate({ target, before: undefined, after: before, manager: 'maker', now, subresource: '' });
    const after: KubeObject = { ...configMap({ a: '1', b: '2', c: '3' }), metadata: { ...before.metadata } };
    managed.onUpdate({ target, before, after, manager: 'changer', now, subresource: '' });
    const [changer, maker] = decodeEntries(after.metadata.managedFields);
    expect([changer?.manager, maker?.manager]).toEqual(['changer', 'maker']);
    expect(isEmpty(intersection(changer?.fields ?? new Map(), maker?.fields ?? new Map()))).toBe(true);
    expect([...(changer?.fields.get('f:data')?.below.keys() ?? [])]).toEqual(['f:b', 'f:c']);
  });

  it('fold the oldest updaters into one when there are too many', () => {
    let before: KubeObject | undefined;
    for (let index = 0; index < 15; index++) {
      const after = configMap({ ...(before?.data as object | undefined), [`k${index}`]: '1' });
      if (before !== undefined) after.metadata = { ...before.metadata };
      const at = `2026-01-01T00:00:${String(index).padStart(2, '0')}Z`;
      managed.onUpdate({ target, before, after, manager: `m${index}`, now: at, subresource: '' });
      before = after;
    }
    const entries = decodeEntries(before?.metadata.managedFields);
    expect(entries).toHaveLength(10);
    expect(entries.some((entry) => entry.manager === 'ancient-changes')).toBe(true);
    const owned = entries.flatMap((entry) => [...(entry.fields.get('f:data')?.below.keys() ?? [])]);
    expect(new Set(owned).size).toBe(15);
  });

  it('start again when a writer empties them', () => {
    const before = configMap({ a: '1' });
    managed.onUpdate({ target, before: undefined, after: before, manager: 'maker', now, subresource: '' });
    const after: KubeObject = { ...before, metadata: { ...before.metadata, managedFields: [{}] } };
    managed.onUpdate({ target, before, after, manager: 'cleaner', now, subresource: '' });
    expect(after.metadata.managedFields).toBeUndefined();
  });

  it('hold list items by all their keys', () => {
    const service = targetOf('services');
    const spec = (port: number, protocol: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: { ports: [{ port, protocol }] },
    });
    const options = (manager: string) => writeOptions({ manager });
    const first = managed.onApply({
      target: service,
      live: undefined,
      config: spec(53, 'TCP'),
      options: options('a'),
      now,
    });
    const both = managed.onApply({ target: service, live: first, config: spec(53, 'UDP'), options: options('b'), now });
    expect((both.spec as { ports: unknown[] }).ports).toHaveLength(2);
  });
});
