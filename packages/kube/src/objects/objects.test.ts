import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube-object.ts';
import { diffObjects } from './diff-objects.ts';
import { ownerChain } from './owner-chain.ts';
import { prepareForApply } from './prepare-for-apply.ts';

describe('diffObjects', () => {
  it('finds nothing between equal values, and something between others', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        expect(diffObjects(a, structuredClone(a))).toEqual([]);
        if (diffObjects(a, b).length === 0) expect(diffObjects(b, a)).toEqual([]);
      }),
    );
  });

  it('names the fields that were added, removed and changed', () => {
    const before = { spec: { replicas: 1, paused: true }, metadata: { labels: { 'a.b/c': 'x' } } };
    const after = { spec: { replicas: 2, minReadySeconds: 5 }, metadata: { labels: { 'a.b/c': 'y' } } };
    expect(diffObjects(before, after)).toEqual([
      { path: 'spec.replicas', pointer: '/spec/replicas', change: 'changed', before: 1, after: 2 },
      { path: 'spec.minReadySeconds', pointer: '/spec/minReadySeconds', change: 'added', after: 5 },
      { path: 'spec.paused', pointer: '/spec/paused', change: 'removed', before: true },
      {
        path: 'metadata.labels["a.b/c"]',
        pointer: '/metadata/labels/a.b~1c',
        change: 'changed',
        before: 'x',
        after: 'y',
      },
    ]);
  });

  it('matches list elements by name, so that an insertion is one difference', () => {
    const before = {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    };
    const after = {
      env: [
        { name: 'NEW', value: '0' },
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
      ],
    };
    expect(diffObjects(before, after).map(({ path, change }) => `${change} ${path}`)).toEqual([
      'added env[name=NEW]',
      'changed env[name=B].value',
    ]);
  });

  it('matches other lists by place, and tells of a new order', () => {
    expect(diffObjects({ args: ['a', 'b'] }, { args: ['a', 'c', 'd'] }).map(({ path }) => path)).toEqual([
      'args[1]',
      'args[2]',
    ]);
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    expect(diffObjects({ list: [a, b] }, { list: [b, a] })).toMatchObject([{ change: 'reordered', path: 'list' }]);
  });

  it('takes null for absent, as the API does', () => {
    expect(diffObjects({ a: null }, {})).toEqual([]);
  });
});

describe('prepareForApply', () => {
  it('leaves out what the server sets and the status, and nothing else', () => {
    const object: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'shop',
        labels: { a: 'b' },
        uid: '1',
        resourceVersion: '2',
        generation: 3,
        creationTimestamp: 'x',
        managedFields: [{}],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: '1' },
        finalizers: ['f'],
      },
      spec: { replicas: 1 },
      status: { replicas: 1 },
    };
    const copy = structuredClone(object);
    expect(prepareForApply(object)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', labels: { a: 'b' }, annotations: { mine: '1' }, finalizers: ['f'] },
      spec: { replicas: 1 },
    });
    expect(object).toEqual(copy);
    expect(prepareForApply(object).spec).not.toBe(object.spec);
  });
});

describe('ownerChain', () => {
  const named = (name: string, owner?: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'K',
    metadata: {
      name,
      uid: name,
      ...(owner
        ? {
            ownerReferences: [
              { apiVersion: 'v1', kind: 'Other', name: 'x', uid: 'x' },
              { apiVersion: 'v1', kind: 'K', name: owner, uid: owner, controller: true },
            ],
          }
        : {}),
    },
  });

  it('climbs by the managing controller to the root', () => {
    const all = new Map(
      ['root', 'set:root', 'pod:set']
        .map((text) => text.split(':'))
        .map(([name = '', owner]) => [name, named(name, owner)]),
    );
    const chain = ownerChain(named('pod', 'set'), (reference) => all.get(reference.uid));
    expect(chain.map(({ object }) => object?.metadata.name)).toEqual(['set', 'root']);
  });

  it('ends at an owner that is not there, or is another of the same name', () => {
    expect(ownerChain(named('pod', 'gone'), () => undefined)).toEqual([
      { reference: expect.objectContaining({ uid: 'gone' }) },
    ]);
    expect(ownerChain(named('pod', 'set'), () => named('remade'))).toHaveLength(1);
  });

  it('does not run in circles', () => {
    const all = new Map([
      ['a', named('a', 'b')],
      ['b', named('b', 'a')],
    ]);
    expect(ownerChain(named('a', 'b'), (reference) => all.get(reference.uid))).toHaveLength(1);
  });
});
