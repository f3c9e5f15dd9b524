import { builtinSchema } from '../schema/builtin-schemas.ts';
import type { Field, Schema, StructSchema } from '../schema/schema.ts';

export type Json = Record<string, unknown>;

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const time = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const microTime = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';

/** Types that are not structs but have a definition of their own. */
const simple: Readonly<Record<string, { description: string; format?: string; either?: readonly string[] }>> = {
  [quantity]: {
    description: 'Quantity is a fixed-point representation of a number, such as 100m, 2 or 64Mi.',
    either: ['string', 'number'],
  },
  [intOrString]: {
    description: 'IntOrString is a type that can hold an int32 or a string.',
    format: 'int-or-string',
    either: ['integer', 'string'],
  },
  [time]: { description: 'Time is a date and time in RFC 3339 form.', format: 'date-time' },
  [microTime]: { description: 'MicroTime is a date and time in RFC 3339 form with microseconds.', format: 'date-time' },
};

/** OpenAPI 2 has no alternatives: there a value of two types is called a string. */
function simpleDefinition(name: string, dialect: Dialect): Json | undefined {
  const known = simple[name];
  if (known === undefined) return undefined;
  const { either, ...rest } = known;
  if (either === undefined || dialect.describeRefs === 'beside') return { ...rest, type: 'string' };
  return { ...rest, oneOf: either.map((type) => ({ type })) };
}

/** OpenAPI 2 and 3 differ in where definitions live and in how a reference may be described. */
export type Dialect = { refPrefix: '#/definitions/' | '#/components/schemas/'; describeRefs: 'beside' | 'allOf' };

export const openApi2: Dialect = { refPrefix: '#/definitions/', describeRefs: 'beside' };
export const openApi3: Dialect = { refPrefix: '#/components/schemas/', describeRefs: 'allOf' };

/** Collects the definitions of everything it is asked to refer to. */
export type DefinitionWriter = {
  readonly definitions: Record<string, Json>;
  /** `{"$ref": …}` to a named struct, or its schema in place. */
  refer(schema: Schema): Json;
  referTo(name: string): Json;
};

export function createDefinitionWriter(dialect: Dialect): DefinitionWriter {
  const definitions: Record<string, Json> = {};

  function referTo(name: string): Json {
    const known = simpleDefinition(name, dialect);
    if (known !== undefined) definitions[name] ??= known;
    return { $ref: `${dialect.refPrefix}${name}` };
  }

  function refer(schema: Schema): Json {
    switch (schema.is) {
      case 'any':
        return { type: 'object' };
      case 'scalar':
        if (schema.type === 'int-or-string') return referTo(schema.format === 'quantity' ? quantity : intOrString);
        if (schema.format === 'date-time') return referTo(time);
        if (schema.format === 'micro-time') return referTo(microTime);
        return { type: schema.type, ...(schema.format === undefined ? {} : { format: schema.format }) };
      case 'map':
        return { type: 'object', additionalProperties: refer(schema.values) };
      case 'list':
        return { type: 'array', items: refer(schema.items) };
      case 'struct':
        if (schema.name === undefined) return structure(schema);
        if (definitions[schema.name] === undefined) {
          definitions[schema.name] = {}; // before its fields: a type may hold itself
          Object.assign(definitions[schema.name] as Json, structure(schema));
        }
        return { $ref: `${dialect.refPrefix}${schema.name}` };
    }
  }

  function structure(schema: StructSchema): Json {
    const fields = [...schema.fields];
    const required = fields.filter(([, field]) => field.required).map(([name]) => name);
    return {
      ...(schema.description === '' ? {} : { description: schema.description }),
      type: 'object',
      ...(fields.length === 0
        ? {}
        : { properties: Object.fromEntries(fields.map(([name, field]) => [name, property(field)])) }),
      ...(required.length === 0 ? {} : { required }),
      ...(schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    };
  }

  function property(field: Field): Json {
    const described = field.description === '' ? {} : { description: field.description };
    const content = refer(field.schema);
    const extensions = mergeExtensions(field.schema);
    if (content.$ref === undefined || dialect.describeRefs === 'beside')
      return { ...described, ...content, ...extensions };
    return { ...described, allOf: [content], ...extensions };
  }

  return { definitions, refer, referTo };
}

/** The list and map markers clients read: keys of map lists, strategies of strategic merge patch. */
function mergeExtensions(schema: Schema): Json {
  if (schema.is === 'map') return schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {};
  if (schema.is === 'struct') return schema.retainKeys ? { 'x-kubernetes-patch-strategy': 'retainKeys' } : {};
  if (schema.is !== 'list') return {};
  const { listType, keys, patchMergeKey } = schema.merge;
  return {
    'x-kubernetes-list-type': listType,
    ...(listType === 'map' ? { 'x-kubernetes-list-map-keys': keys } : {}),
    ...(patchMergeKey === undefined
      ? {}
      : { 'x-kubernetes-patch-strategy': schema.retainKeys === true ? 'merge,retainKeys' : 'merge' }),
    ...(patchMergeKey === undefined || patchMergeKey === '' ? {} : { 'x-kubernetes-patch-merge-key': patchMergeKey }),
  };
}

/** The metadata of every object. */
export function objectMetaSchema(): Schema | undefined {
  return builtinSchema('meta/v1', 'ObjectMeta');
}
