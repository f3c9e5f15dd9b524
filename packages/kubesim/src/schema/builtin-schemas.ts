import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DeclarationFile, type DeclaredField, parseDeclarations } from './declaration-parser.ts';
import { encodingOf } from './encoding-rules.ts';
import { fieldRelation, isAtomicType, listMergeOf, retainsKeys } from './merge-rules.ts';
import { anySchema, type Field, type Schema, type StructSchema } from './schema.ts';

const published = dirname(createRequire(import.meta.url).resolve('kubernetes-types/package.json'));
const own = join(dirname(fileURLToPath(import.meta.url)), 'declarations');

/** API groups the published declarations do not have. */
const ownModules = new Set(['apiregistration/v1', 'metrics/v1beta1']);

/** Types whose content is free: JSON documents, whatever their declaration says. */
const freeTypes = new Set([
  'runtime RawExtension',
  'apiextensions/v1 JSON',
  'apiextensions/v1 JSONSchemaProps',
  'meta/v1 FieldsV1',
]);

const files = new Map<string, DeclarationFile>();
const structs = new Map<string, StructSchema>();

/**
 * The schema of a built-in type, e.g. `builtinSchema('apps/v1', 'Deployment')`; module and type as in the package `kubernetes-types`.
 * Files are read at first use and kept; undefined when there is no such type.
 */
export function builtinSchema(module: string, type: string): StructSchema | undefined {
  return structOf(module, type);
}

function fileOf(module: string): DeclarationFile {
  const known = files.get(module);
  if (known !== undefined) return known;
  const path = join(ownModules.has(module) ? own : published, `${module}.d.ts`);
  const file = parseDeclarations(readFileSync(path, 'utf8'));
  files.set(module, file);
  return file;
}

function structOf(module: string, type: string): StructSchema | undefined {
  const id = `${module} ${type}`;
  const known = structs.get(id);
  if (known !== undefined) return known;
  const declared = fileOf(module).interfaces.get(type);
  if (declared === undefined) return undefined;
  const fields = new Map<string, Field>();
  const struct: StructSchema = {
    is: 'struct',
    name: definitionName(module, type),
    description: declared.description,
    fields,
    atomic: isAtomicType(id),
    retainKeys: false,
    preserveUnknown: false,
  };
  structs.set(id, struct); // before its fields: a type may hold itself
  for (const [name, field] of declared.fields) {
    const schema = fieldSchema({ module, owner: type, name, field });
    fields.set(name, {
      schema,
      description: field.description,
      required: field.required,
      ...encodingOf(`${id}.${name}`, schema.is === 'scalar' && !field.required),
    });
  }
  return struct;
}

function fieldSchema(at: { module: string; owner: string; name: string; field: DeclaredField }): Schema {
  const id = `${at.module} ${at.owner}.${at.name}`;
  const schema = typeSchema(at.module, at.field.type, id);
  const relation = fieldRelation(id);
  const withKeys = retainsKeys(id);
  if (schema.is === 'map' && relation === 'atomic') return { ...schema, atomic: true };
  if (schema.is === 'struct' && (relation !== undefined || withKeys)) {
    return { ...schema, atomic: relation === undefined ? schema.atomic : relation === 'atomic', retainKeys: withKeys };
  }
  if (schema.is === 'list' && withKeys) return { ...schema, retainKeys: true };
  return schema;
}

const listType = /^Array<(.+)>$/;
const mapType = /^\{ \[name: string\]: (.+); \}$/;

function typeSchema(module: string, type: string, id: string): Schema {
  if (type === 'string' || /^["']/.test(type)) return { is: 'scalar', type: 'string' };
  if (type === 'number') return { is: 'scalar', type: 'integer', format: 'int32' };
  if (type === 'boolean') return { is: 'scalar', type: 'boolean' };
  if (type === 'number | string' || type === 'string | number') return { is: 'scalar', type: 'int-or-string' };
  const list = listType.exec(type);
  if (list !== null) return { is: 'list', items: typeSchema(module, list[1] ?? '', ''), merge: listMergeOf(id) };
  const map = mapType.exec(type);
  if (map !== null) return { is: 'map', values: typeSchema(module, map[1] ?? '', ''), atomic: false };
  return namedSchema(module, type);
}

function namedSchema(module: string, type: string): Schema {
  const imported = fileOf(module).imports.get(type);
  const home = imported === undefined ? module : imported.replace(/^(\.\.?\/)+/, '');
  if (freeTypes.has(`${home} ${type}`)) return anySchema;
  if (type === 'Time') return { is: 'scalar', type: 'string', format: 'date-time' };
  if (type === 'MicroTime') return { is: 'scalar', type: 'string', format: 'micro-time' };
  if (type === 'Quantity') return { is: 'scalar', type: 'int-or-string', format: 'quantity' };
  return structOf(home, type) ?? anySchema;
}

const definitionRoots: Record<string, string> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  metrics: 'io.k8s.metrics.pkg.apis.metrics',
};

function definitionName(module: string, type: string): string {
  const [group = '', version = ''] = module.split('/');
  return `${definitionRoots[group] ?? `io.k8s.api.${group}`}.${version}.${type}`;
}
