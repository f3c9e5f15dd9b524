import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';
import type { FieldValidation } from '../rules/write-options.ts';
import { canonicalQuantity } from './quantity.ts';
import type { Field, Schema, StructSchema } from './schema.ts';

/** `keep` leaves values of a wrong type, nulls and empty maps as they are: custom resources have their own schema to judge them. */
type Report = { keep: boolean; unknown: string[]; wrong: { path: string; wanted: string; got: string }[] };

/**
 * Brings an object a client sent into the shape its schema describes, as decoding into typed structs does: unknown fields go (an error or a
 * warning, as asked), nulls and empty optional maps and lists go, a value of the wrong type is a 400. Returns a new object.
 */
export function conform(
  schema: Schema | undefined,
  object: KubeObject,
  how: { fieldValidation: FieldValidation; warnings: string[]; keep: boolean; patched?: boolean },
): KubeObject {
  if (schema === undefined) return structuredClone(object);
  const version = JSON.stringify(object.apiVersion.split('/').pop());
  const report: Report = { unknown: [], wrong: [], keep: how.keep };
  const result = shape(schema, object, { path: '', report, root: true }) as KubeObject;
  const [wrong] = report.wrong;
  if (wrong !== undefined) {
    const why = `json: cannot unmarshal ${wrong.got} into Go struct field ${wrong.path} of type ${wrong.wanted}`;
    if (how.patched === true) throw patchError(object, why);
    throw kubeError.badRequest(`${object.kind} in version ${version} cannot be handled as a ${object.kind}: ${why}`);
  }
  if (report.unknown.length > 0) {
    const fields = report.unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (how.fieldValidation === 'Strict') {
      throw kubeError.badRequest(
        `${object.kind} in version ${version} cannot be handled as a ${object.kind}: strict decoding error: ${fields.join(', ')}`,
      );
    }
    if (how.fieldValidation === 'Warn') how.warnings.push(...fields);
  }
  return result;
}

/** What a patch made is quoted, since nobody sent it. */
function patchError(object: KubeObject, why: string) {
  return kubeError.invalid({ group: '', plural: '', kind: '' }, '', [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${why}`,
      field: 'patch',
    },
  ]);
}

type Place = { path: string; report: Report; root?: boolean };

function shape(schema: Schema, value: unknown, at: Place): unknown {
  if (value === undefined || (value === null && !at.report.keep)) return undefined;
  if (value === null) return null;
  switch (schema.is) {
    case 'any':
      return structuredClone(value);
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

function structured(schema: StructSchema, value: Record<string, unknown>, at: Place): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const child = value[key];
    const field = schema.fields.get(key);
    if (field === undefined) {
      if (schema.preserveUnknown || (at.root && (key === 'apiVersion' || key === 'kind'))) define(result, key, child);
      else at.report.unknown.push(pathOf(at, key));
      continue;
    }
    const shaped = shape(field.schema, child, { path: pathOf(at, key), report: at.report });
    if (shaped !== undefined && (at.report.keep || !vanishes(field, shaped))) result[key] = shaped;
  }
  if (!at.report.keep) fillStructs(schema, result);
  return result;
}

function pathOf(at: Place, key: string): string {
  return at.path === '' ? key : `${at.path}.${key}`;
}

/** A plain assignment to `__proto__` would not make a key. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

const alwaysThere = new WeakMap<StructSchema, readonly (readonly [string, Schema])[]>();

/** Structs that Go holds by value are written even when nothing was said of them. */
function fillStructs(schema: StructSchema, result: Record<string, unknown>): void {
  let fields = alwaysThere.get(schema);
  if (fields === undefined) {
    fields = [...schema.fields]
      .filter(([, field]) => field.alwaysPresent === true)
      .map(([name, field]) => [name, field.schema] as const);
    alwaysThere.set(schema, fields);
  }
  for (const [name, below] of fields) {
    if (result[name] !== undefined || below.is !== 'struct') continue;
    const filled = {};
    fillStructs(below, filled);
    result[name] = filled;
  }
}

/** Go's omitempty. */
function vanishes(field: Field, value: unknown): boolean {
  if (field.required) return false;
  if (value === '') return field.omitEmpty === true;
  if (value === 0 || value === false) return field.omitZero === true;
  if (field.schema.is === 'list') return Array.isArray(value) && value.length === 0;
  return field.schema.is === 'map' && isObject(value) && Object.keys(value).length === 0;
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
      if (got === 'string') return schema.format === 'quantity' ? quantity(value as string, at) : value;
      if (got !== 'number') return wrong(value, at, 'intstr.IntOrString');
      return schema.format === 'quantity' ? quantity(String(value), at) : value;
    default:
      return value;
  }
}

function wrong(value: unknown, at: Place, wanted: string): unknown {
  if (at.report.keep) return value;
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

function quantity(text: string, at: Place): unknown {
  if (at.report.keep) return text;
  const canonical = canonicalQuantity(text);
  if (canonical !== undefined) return canonical;
  throw kubeError.badRequest(
    `unable to parse quantity's value: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$' (field ${at.path})`,
  );
}
