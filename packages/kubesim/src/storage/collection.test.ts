import type { KubeObject } from '@pilothouse/kube';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CollectionSpec, createDatabase } from './database.ts';
import { storageKey } from './stored-object.ts';

const spec: CollectionSpec = { storedAs: 'things', storedApiVersion: 'v1', kind: 'Thing', selectableFields: [] };
const window = { maxEvents: 1000, maxBytes: 1_000_000 };

function thing(namespace: string, name: string, value: number): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, namespace }, value };
}

const step = fc.record({
  namespace: fc.constantFrom('a', 'ab', 'b'),
  name: fc.constantFrom('x', 'y', 'z', 'x-1'),
  remove: fc.boolean(),
});

describe('a collection', () => {
  it('is in key order and equals, at any past revision, what it was then', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const database = createDatabase({ window, cacheBytes: 10_000 });
        const things = database.collection('things');
        const past = new Map<number, string[]>();
        const shown = (all: readonly { key: string; revision: number }[]) =>
          all.map((one) => `${one.key}@${one.revision}`);
        past.set(database.revision, []);
        for (const [index, { namespace, name, remove }] of steps.entries()) {
          const there = things.get(storageKey(namespace, name));
          if (!remove) database.put(spec, thing(namespace, name, index));
          else if (there !== undefined) database.remove(spec, database.copy(spec, there));
          past.set(database.revision, shown(things.values()));
        }
        for (const [revision, state] of past) expect(shown(things.valuesAt(revision))).toEqual(state);
        const keys = things.values().map((one) => one.key);
        expect(keys).toEqual([...keys].sort());
        const inA = things.values('a').map((one) => one.namespace);
        expect(inA.every((one) => one === 'a')).toBe(true);
        expect(things.size).toBe(keys.length);
      }),
    );
  });

  it('knows what an owner owns', () => {
    const database = createDatabase({ window, cacheBytes: 10_000 });
    const owned = (name: string, uid: string): KubeObject => {
      const object = thing('a', name, 1);
      object.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Thing', name: 'o', uid }];
      return object;
    };
    const names = (uid: string) =>
      database
        .collection('things')
        .owned(uid)
        .map((one) => one.name);
    database.put(spec, owned('x', 'u1'));
    database.put(spec, owned('y', 'u1'));
    expect(names('u1')).toEqual(['x', 'y']);
    database.put(spec, owned('x', 'u2'));
    expect([names('u1'), names('u2')]).toEqual([['y'], ['x']]);
    database.remove(spec, owned('y', 'u1'));
    expect(names('u1')).toEqual([]);
  });

  it('forgets the oldest changes first and says where its memory begins', () => {
    const database = createDatabase({ window: { maxEvents: 3, maxBytes: 1_000_000 }, cacheBytes: 10_000 });
    const { log } = database.collection('things');
    for (let index = 0; index < 10; index++) database.put(spec, thing('a', 'x', index));
    expect(log.after(0)).toHaveLength(3);
    expect(log.after(database.revision - 1)).toHaveLength(1);
    expect(log.floor).toBe(database.revision - 3);
    database.compact();
    expect(log.floor).toBe(database.revision);
    expect(log.after(0)).toHaveLength(0);
  });

  it('gives out frozen objects and mutable copies', () => {
    const database = createDatabase({ window, cacheBytes: 10_000 });
    const stored = database.put(spec, thing('a', 'x', 1));
    expect(Object.isFrozen(database.read(spec, stored).metadata)).toBe(true);
    const copy = database.copy(spec, stored);
    copy.metadata.name = 'other';
    expect(database.read(spec, stored).metadata.name).toBe('x');
  });
});
