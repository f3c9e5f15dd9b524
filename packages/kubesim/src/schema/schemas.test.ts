import type { KubeObject } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { builtinResources } from '../catalogue/builtin-resources.ts';
import { builtinSchema } from './builtin-schemas.ts';
import { conform } from './conform.ts';
import { parseDeclarations } from './declaration-parser.ts';

describe('declarations', () => {
  it('are read with their comments, maps, lists and imports', () => {
    const file = parseDeclarations(
      [
        'import { Time } from "../meta/v1";',
        '/** A thing. */',
        'export interface Thing {',
        '    /**',
        '     * Several',
        '     * lines.',
        '     */',
        '    readonly items: Array<Item>;',
        '    /** A map. */',
        '    labels?: {',
        '        [name: string]: string;',
        '    };',
        '    "dashed-name"?: number | string;',
        '}',
      ].join('\n'),
    );
    const thing = file.interfaces.get('Thing');
    expect(thing?.description).toBe('A thing.');
    expect(thing?.fields.get('items')).toEqual({ type: 'Array<Item>', required: true, description: 'Several\nlines.' });
    expect(thing?.fields.get('labels')).toMatchObject({ type: '{ [name: string]: string; }', required: false });
    expect(thing?.fields.get('dashed-name')?.type).toBe('number | string');
    expect(file.imports.get('Time')).toBe('../meta/v1');
  });

  it('exist for every built-in kind', () => {
    const without = builtinResources().flatMap((resource) =>
      resource.versions.filter((version) => version.schema() === undefined).map(() => resource.plural),
    );
    expect(without).toEqual([]);
  });

  it('know how lists merge', () => {
    const ports = builtinSchema('core/v1', 'Container')?.fields.get('ports')?.schema;
    expect(ports).toMatchObject({
      is: 'list',
      merge: { listType: 'map', keys: ['containerPort', 'protocol'], patchMergeKey: 'containerPort' },
    });
    expect(builtinSchema('meta/v1', 'LabelSelector')?.atomic).toBe(true);
  });
});

describe('conforming', () => {
  const schema = builtinSchema('apps/v1', 'Deployment');
  const how = (fieldValidation: 'Strict' | 'Warn' | 'Ignore' = 'Ignore') => ({
    fieldValidation,
    warnings: [] as string[],
    keep: false,
  });
  const made = (spec: object): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec,
  });
  const containerOf = (object: KubeObject) =>
    (object as { spec?: { template?: { spec?: { containers?: unknown[] } } } }).spec?.template?.spec?.containers?.[0];
  const withContainer = (container: object) => made({ template: { spec: { containers: [container] } } });

  it('drops what Go would not write: unknown fields, nulls, empty lists and maps, zero flags', () => {
    const object = withContainer({
      name: 'c',
      image: 'i',
      stdin: false,
      command: [],
      env: null,
      workingDir: '',
      strange: 1,
    });
    expect(containerOf(conform(schema, object, how()))).toEqual({ name: 'c', image: 'i', resources: {} });
  });

  it('keeps zeros that mean something, and empty structs', () => {
    const object = made({ replicas: 0, paused: false, template: { spec: { containers: [], securityContext: {} } } });
    expect(conform(schema, object, how()).spec).toEqual({
      replicas: 0,
      strategy: {},
      template: { metadata: {}, spec: { containers: [], securityContext: {} } },
    });
  });

  it('names unknown fields with their path', () => {
    const warned = how('Warn');
    conform(schema, withContainer({ name: 'c', imagee: 'i' }), warned);
    expect(warned.warnings).toEqual(['unknown field "spec.template.spec.containers[0].imagee"']);
    expect(() => conform(schema, made({ replica: 1 }), how('Strict'))).toThrow(
      'strict decoding error: unknown field "spec.replica"',
    );
  });

  it.each([
    [{ replicas: '3' }, 'spec.replicas'],
    [{ template: [] }, 'spec.template'],
    [{ paused: 'yes' }, 'spec.paused'],
  ])('refuses %j at %s', (spec, field) => {
    expect(() => conform(schema, made(spec), how())).toThrow(field);
  });

  it('writes quantities canonically and refuses what is none', () => {
    const container = { name: 'c', resources: { requests: { cpu: 0.5, memory: '1024Mi' } } };
    expect(containerOf(conform(schema, withContainer(container), how()))).toMatchObject({
      resources: { requests: { cpu: '500m', memory: '1Gi' } },
    });
    expect(() => conform(schema, withContainer({ name: 'c', resources: { limits: { cpu: 'lots' } } }), how())).toThrow(
      /quantities must match/,
    );
  });

  it('shares nothing with its input', () => {
    const object = withContainer({ name: 'c', image: 'i' });
    const result = conform(schema, object, how());
    (containerOf(result) as { image: string }).image = 'changed';
    expect(containerOf(object)).toEqual({ name: 'c', image: 'i' });
  });

  it('does not let __proto__ reach a prototype', () => {
    const object = JSON.parse(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"__proto__":"v"}}',
    ) as KubeObject;
    const result = conform(builtinSchema('core/v1', 'ConfigMap'), object, how());
    expect(Object.keys(result.data as object)).toEqual(['__proto__']);
  });
});
