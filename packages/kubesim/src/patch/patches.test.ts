import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinSchema } from '../schema/builtin-schemas.ts';
import { anySchema } from '../schema/schema.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

describe('JSON patch (RFC 6902)', () => {
  it.each([
    ['adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 1 }], { foo: 'bar', baz: 1 }],
    [
      'inserts into a list',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    ['appends to a list', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['x'] }], { foo: ['bar', ['x']] }],
    ['removes', { baz: 'qux', foo: [1, 2] }, [{ op: 'remove', path: '/foo/0' }], { baz: 'qux', foo: [2] }],
    ['replaces', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [
      'moves',
      { foo: { bar: 1 }, qux: {} },
      [{ op: 'move', from: '/foo/bar', path: '/qux/thud' }],
      { foo: {}, qux: { thud: 1 } },
    ],
    ['copies', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [
      'unescapes pointers',
      { 'a/b': 1, 'm~n': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'test', path: '/m~0n', value: 2 },
      ],
      { 'm~n': 2 },
    ],
    ['replaces the whole', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  ])('%s', (_what, document, patch, expected) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, patch)).toEqual(expected);
    expect(document).toEqual(before);
  });

  it.each([
    ['a failed test', [{ op: 'test', path: '/a', value: 2 }]],
    ['a missing member', [{ op: 'remove', path: '/b' }]],
    ['a missing parent', [{ op: 'add', path: '/b/c', value: 1 }]],
    ['an index out of range', [{ op: 'add', path: '/list/9', value: 1 }]],
    ['an unknown operation', [{ op: 'twist', path: '/a' }]],
    ['no list', { op: 'add' }],
  ])('refuses %s', (_what, patch) => {
    expect(() => applyJsonPatch({ a: 1, list: [] }, patch)).toThrow();
  });

  it('cannot reach the prototype', () => {
    const patched = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(patched as object)).toEqual(['__proto__']);
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: true }])).toThrow();
  });
});

describe('merge patch (RFC 7386)', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  it('applied twice is applied once', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), fc.object({ maxDepth: 3 }), (target, patch) => {
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});

describe('strategic merge patch', () => {
  const pod = builtinSchema('core/v1', 'PodSpec') ?? anySchema;
  const deployment = builtinSchema('apps/v1', 'DeploymentSpec') ?? anySchema;
  const containers = (...list: object[]) => ({ containers: list });
  const web = { name: 'web', image: 'a:1', env: [{ name: 'A', value: '1' }] };

  it('merges items by their key and puts new ones first, in the order of the patch', () => {
    const patch = containers({ name: 'side', image: 's' }, { name: 'web', env: [{ name: 'B', value: '2' }] });
    expect(applyStrategicMergePatch(pod, containers(web), patch)).toEqual(
      containers(
        { name: 'side', image: 's' },
        {
          ...web,
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ],
        },
      ),
    );
  });

  it('keeps the order a patch asks for', () => {
    const live = containers({ name: 'a' }, { name: 'b' }, { name: 'c' });
    const patch = {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
      containers: [{ name: 'a', image: 'x' }],
    };
    const names = (applyStrategicMergePatch(pod, live, patch) as { containers: { name: string }[] }).containers.map(
      (one) => one.name,
    );
    expect(names.indexOf('c')).toBeLessThan(names.indexOf('a'));
    expect(names).toHaveLength(3);
  });

  it('deletes and replaces by directive', () => {
    expect(
      applyStrategicMergePatch(pod, containers(web, { name: 'b' }), containers({ name: 'b', $patch: 'delete' })),
    ).toEqual(containers(web));
    expect(applyStrategicMergePatch(pod, containers(web), containers({ name: 'c' }, { $patch: 'replace' }))).toEqual(
      containers({ name: 'c' }),
    );
    expect(
      applyStrategicMergePatch(pod, { nodeSelector: { a: 'b' } }, { nodeSelector: { $patch: 'replace', c: 'd' } }),
    ).toEqual({
      nodeSelector: { c: 'd' },
    });
  });

  it('takes away the keys a retained struct does not name', () => {
    const live = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    const patch = { strategy: { $retainKeys: ['type'], type: 'Recreate' } };
    expect(applyStrategicMergePatch(deployment, live, patch)).toEqual({ strategy: { type: 'Recreate' } });
  });

  it('replaces lists without a key, and deletes from lists of plain values', () => {
    expect(applyStrategicMergePatch(pod, { tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] })).toEqual({
      tolerations: [{ key: 'b' }],
    });
    const meta = builtinSchema('meta/v1', 'ObjectMeta') ?? anySchema;
    expect(applyStrategicMergePatch(meta, { finalizers: ['a', 'b'] }, { finalizers: ['c'] })).toEqual({
      finalizers: expect.arrayContaining(['a', 'b', 'c']),
    });
    expect(
      applyStrategicMergePatch(meta, { finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }),
    ).toEqual({ finalizers: ['b'] });
  });

  it('refuses an item without its key', () => {
    expect(() => applyStrategicMergePatch(pod, containers(web), containers({ image: 'x' }))).toThrow(
      /does not contain declared merge key: name/,
    );
  });
});
