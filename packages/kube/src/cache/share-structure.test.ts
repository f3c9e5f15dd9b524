import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareStructure } from './share-structure.ts';

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, 0, 1, 'a', 'b'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString', 'constructor'), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('shareStructure', () => {
  it('never changes what the new value says, nor the old one', () => {
    fc.assert(
      fc.property(json, json, (like, fresh) => {
        const [oldText, newText] = [JSON.stringify(like), JSON.stringify(fresh)];
        expect(JSON.stringify(shareStructure(like, fresh))).toBe(newText);
        expect(JSON.stringify(like)).toBe(oldText);
      }),
    );
  });

  it('gives back the old value itself when both are equal', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy: unknown = structuredClone(value);
        expect(shareStructure(value, copy)).toBe(value);
      }),
    );
  });

  it('shares equal parts of values that differ', () => {
    const before = { metadata: { name: 'a' }, spec: { containers: [{ name: 'web', env: [{ name: 'A' }] }] } };
    const after = { metadata: { name: 'b' }, spec: { containers: [{ name: 'web', env: [{ name: 'A' }] }] } };
    const shared = shareStructure(before, after);
    expect(shared).not.toBe(before);
    expect(shared.spec).toBe(before.spec);
  });

  it('is not led astray by a key named __proto__', () => {
    const like: unknown = JSON.parse('{"a":{"x":1},"__proto__":{"y":1}}');
    const fresh: unknown = JSON.parse('{"a":{"x":2},"__proto__":{"y":1}}');
    const shared = shareStructure(like, fresh) as object;
    expect(Object.getPrototypeOf(shared)).toBe(Object.prototype);
    expect(JSON.stringify(shared)).toBe('{"a":{"x":2},"__proto__":{"y":1}}');
    expect(JSON.stringify(shareStructure(JSON.parse('{"b":1}'), JSON.parse('{"__proto__":{"b":1}}')))).toBe(
      '{"__proto__":{"b":1}}',
    );
  });

  it('keeps a key order of the new value', () => {
    const shared = shareStructure(JSON.parse('{"a":1,"b":[1]}'), JSON.parse('{"b":[1],"a":2}'));
    expect(JSON.stringify(shared)).toBe('{"b":[1],"a":2}');
  });
});
