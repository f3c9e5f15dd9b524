import { builtinSchema } from './builtin-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import { anySchema, type Field, type Schema } from './schema.ts';

/** The schema of a custom resource: what its CRD says, with the metadata every object has. */
export function customSchema(openApi: JsonSchema | undefined): Schema | undefined {
  if (openApi === undefined) return undefined;
  const root = schemaOf(openApi);
  if (root.is !== 'struct') return undefined;
  const fields = new Map(root.fields);
  fields.set('metadata', {
    schema: builtinSchema('meta/v1', 'ObjectMeta') ?? anySchema,
    description: '',
    required: false,
  });
  for (const name of ['apiVersion', 'kind']) {
    fields.set(name, { schema: { is: 'scalar', type: 'string' }, description: '', required: false });
  }
  return { ...root, fields };
}

function schemaOf(json: JsonSchema): Schema {
  if (json['x-kubernetes-int-or-string'] === true) return { is: 'scalar', type: 'int-or-string' };
  if (json.type === 'array') {
    return {
      is: 'list',
      items: json.items === undefined ? anySchema : schemaOf(json.items),
      merge: {
        listType: json['x-kubernetes-list-type'] ?? 'atomic',
        keys: json['x-kubernetes-list-map-keys'] ?? [],
        patchMergeKey: undefined,
      },
    };
  }
  if (json.type === 'object' || json.properties !== undefined) return objectSchema(json);
  if (json.type === 'string' || json.type === 'integer' || json.type === 'number' || json.type === 'boolean') {
    return { is: 'scalar', type: json.type, ...(json.format === undefined ? {} : { format: json.format }) };
  }
  return anySchema;
}

function objectSchema(json: JsonSchema): Schema {
  const atomic = json['x-kubernetes-map-type'] === 'atomic';
  const keep = json['x-kubernetes-preserve-unknown-fields'] === true;
  if (json.properties === undefined && typeof json.additionalProperties === 'object') {
    return { is: 'map', values: schemaOf(json.additionalProperties), atomic };
  }
  if (
    json.properties === undefined &&
    (keep || json.additionalProperties === true) &&
    json['x-kubernetes-embedded-resource'] !== true
  ) {
    return anySchema;
  }
  const required = new Set(json.required);
  const fields = new Map<string, Field>();
  for (const [name, property] of Object.entries(json.properties ?? {})) {
    fields.set(name, {
      schema: schemaOf(property),
      description: property.description ?? '',
      required: required.has(name),
    });
  }
  return {
    is: 'struct',
    name: undefined,
    description: json.description ?? '',
    fields,
    atomic,
    retainKeys: false,
    preserveUnknown: keep || json.additionalProperties === true || json['x-kubernetes-embedded-resource'] === true,
  };
}
