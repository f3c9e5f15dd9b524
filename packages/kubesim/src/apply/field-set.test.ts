import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFieldSetBuilder,
  decodeFields,
  difference,
  encodeFields,
  type FieldSet,
  intersection,
  isEmpty,
  members,
  pathText,
  sameFields,
  union,
} from './field-set.ts';

const element = fc.constantFrom('f:a', 'f:b', 'f:spec', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"z"');
const paths = fc.uniqueArray(fc.array(element, { minLength: 1, maxLength: 4 }), {
  maxLength: 12,
  selector: (path) => path.join(' '),
});

function setOf(list: readonly (readonly string[])[]): FieldSet {
  const builder = createFieldSetBuilder();
  for (const path of list) builder.add(path);
  return builder.done();
}

const keys = (set: FieldSet) => new Set([...members(set)].map((path) => path.join(' ')));

describe('field sets', () => {
  it('behave like sets of paths', () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const [a, b] = [setOf(left), setOf(right)];
        const [inA, inB] = [keys(a), keys(b)];
        expect(keys(union(a, b))).toEqual(inA.union(inB));
        expect(keys(difference(a, b))).toEqual(inA.difference(inB));
        expect(keys(intersection(a, b))).toEqual(inA.intersection(inB));
        expect(isEmpty(difference(a, a))).toBe(true);
        expect(sameFields(union(a, b), union(b, a))).toBe(true);
      }),
    );
  });

  it('come back from FieldsV1 as they went in', () => {
    fc.assert(
      fc.property(paths, (list) => {
        const set = setOf(list);
        expect(sameFields(decodeFields(JSON.parse(JSON.stringify(encodeFields(set)))), set)).toBe(true);
      }),
    );
  });

  it('write a member with others below it as a dot', () => {
    expect(encodeFields(setOf([['f:data'], ['f:data', 'f:a']]))).toEqual({ 'f:data': { '.': {}, 'f:a': {} } });
    expect(encodeFields(setOf([['f:data', 'f:a']]))).toEqual({ 'f:data': { 'f:a': {} } });
  });

  it.each([
    [['f:spec', 'f:replicas'], '.spec.replicas'],
    [['f:spec', 'f:containers', 'k:{"name":"web"}', 'f:image'], '.spec.containers[name="web"].image'],
    [['f:ports', 'k:{"containerPort":80,"protocol":"TCP"}'], '.ports[containerPort=80,protocol="TCP"]'],
    [['f:finalizers', 'v:"a/b"'], '.finalizers[="a/b"]'],
  ])('name %j as %s', (path, text) => {
    expect(pathText(path)).toBe(text);
  });
});
