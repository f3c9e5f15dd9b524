import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from './yaml-text.ts';

describe('yamlText', () => {
  it('looks as kubectl prints it', () => {
    const object = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'web', annotations: { note: 'a: b', script: 'one\ntwo\n' }, labels: {} },
      spec: { containers: [{ name: 'c', args: ['--port', '8080', 'yes'], resources: {} }], tolerations: [] },
    };
    expect(yamlText(object)).toBe(`apiVersion: v1
kind: Pod
metadata:
  annotations:
    note: "a: b"
    script: |
      one
      two
  labels: {}
  name: web
spec:
  containers:
  - args:
    - --port
    - "8080"
    - "yes"
    name: c
    resources: {}
  tolerations: []
`);
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(...'\n\t :#-?"\'|>%@&*!{}[],~aNn0.x'), maxLength: 12 }),
    fc.constantFrom(
      'true',
      'No',
      'null',
      '~',
      '1e3',
      '0x1f',
      '1_000',
      '.5',
      '-',
      '- a',
      '2026-01-01',
      '1:30',
      '<<',
      '---',
      'a:',
      ' a',
      'a ',
    ),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  })).value;

  it.each(['1.1', '1.2'] as const)('is read back as the same data by YAML %s', (version) => {
    fc.assert(
      fc.property(json, (value) => {
        const back: unknown = parse(yamlText(value), { version, merge: false, maxAliasCount: 0 });
        expect(JSON.stringify(sorted(back))).toBe(JSON.stringify(sorted(value)));
      }),
      { numRuns: 1500 },
    );
  });
});

function sorted(value: unknown): unknown {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, sorted(each)]);
}
