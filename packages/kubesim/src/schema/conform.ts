import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';
import type { FieldValidation } from '../rules/write-options.ts';
import type { Schema } from './schema.ts';

/** Custom resources keep values of a wrong type, nulls and empty maps: their own schema judges them later. */
type Report = { custom: boolean; unknown: string[]; wrong: { path: string; wanted: string; got: string }[] };

/**
 * Brings an object a client sent into the shape its schema describes, as decoding into typed structs does: unknown fields go (an error or a
 * warning, as asked), nulls and empty optional maps and lists go, a value of the wrong type is a 400. Returns a new object.
 */
export function conform(
  schema: Schema | undefined,
  object: KubeObject,
  how: { fieldValidation: FieldValidation; warnings: string[]; custom: boolean; version: string },
): KubeObject {
  if (schema === undefined) return object;
  const report: Report = { unknown: [], wrong: [], custom: how.custom };
  const result = shape(schema, object, { path: '', report, root: true }) as KubeObject;
  const wrong = report.wrong[0];
  if (wrong !== undefined) {
    throw kubeError.badRequest(
      `${object.kind} in version ${JSON.stringify(how.version)} cannot be handled as a ${object.kind}: json: cannot unmarshal ${wrong.got} into Go struct field ${wrong.path} of type ${wrong.wanted}`,
    );
  }
  if (report.unknown.length > 0) {
    const fields = report.unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (how.fieldValidation === 'Strict') {
      throw kubeError.badRequest(
        `${object.kind} in version ${JSON.stringify(how.version)} cannot be handled as a ${object.kind}: strict decoding error: ${fields.join(', ')}`,
      );
    }
    if (how.fieldValidation === 'Warn') how.warnings.push(...fields);
  }
  return result;
}

type Place = { path: string; report: Report; root?: boolean };

function shape(schema: Schema, value: unknown, at: Place): unknown {
  if (value === undefined || (value === null && !at.report.custom)) return undefined;
  if (value === null) return null;
  switch (schema.is) {
    case 'any':
      return value;
    case 'scalar':
      return scalar(schema, value, at);
    case 'list':
      if (!Array.isArray(value)) return typeof value === 'string' ? value : wrong(value, at, '[]');
      return value.map(
        (item, index) => shape(schema.items, item, { ...at, path: `${at.path}[${index}]`, root: false }) ?? null,
      );
    case 'map':
      return isObject(value) ? mapped(schema.values, value, at) : wrong(value, at, 'map');
    case 'struct':
      return isObject(value)
        ? structured(schema, value, at)
        : wrong(value, at, schema.name?.split('.').slice(-2).join('.') ?? 'struct');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapped(values: Schema, value: Record<string, unknown>, at: Place): Record<string, unknown> {
  const entries = Object.entries(value).map(([key, child]) => [
    key,
    shape(values, child, { ...at, path: `${at.path}.${key}`, root: false }) ??
      (values.is === 'scalar' && values.type === 'string' ? '' : null),
  ]);
  return Object.fromEntries(entries);
}

function structured(
  schema: Schema & { is: 'struct' },
  value: Record<string, unknown>,
  at: Place,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const path = at.path === '' ? key : `${at.path}.${key}`;
    if (at.root && (key === 'apiVersion' || key === 'kind')) {
      entries.push([key, child]);
      continue;
    }
    const field = schema.fields.get(key);
    if (field === undefined) {
      if (schema.preserveUnknown) entries.push([key, child]);
      else at.report.unknown.push(path);
      continue;
    }
    const shaped = shape(field.schema, child, { path, report: at.report });
    if (shaped !== undefined && (field.required || at.report.custom || !vanishes(field.schema, shaped))) entries.push([key, shaped]);
  }
  return Object.fromEntries(entries);
}

/** Go's omitempty: empty maps and lists of optional fields are not written. */
function vanishes(schema: Schema, value: unknown): boolean {
  if (schema.is === 'list') return Array.isArray(value) && value.length === 0;
  return schema.is === 'map' && isObject(value) && Object.keys(value).length === 0;
}

function scalar(schema: Schema & { is: 'scalar' }, value: unknown, at: Place): unknown {
  const got = typeof value;
  switch (schema.type) {
    case 'string':
      return got === 'string' ? value : wrong(value, at, 'string');
    case 'boolean':
      return got === 'boolean' ? value : wrong(value, at, 'bool');
    case 'integer':
    case 'number':
      return got === 'number' ? value : wrong(value, at, 'int32');
    case 'int-or-string':
      if (got === 'string') return value;
      if (got !== 'number') return wrong(value, at, 'intstr.IntOrString');
      return schema.format === 'quantity' ? String(value) : value;
    default:
      return value;
  }
}

function wrong(value: unknown, at: Place, wanted: string): unknown {
  if (at.report.custom) return value;
  const got = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
  at.report.wrong.push({ path: at.path, wanted, got });
  return undefined;
}
