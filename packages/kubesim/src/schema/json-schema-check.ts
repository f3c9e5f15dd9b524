import type { StatusCause } from '../api/kube-error.ts';
import { jsonEqual } from '../rules/json-equal.ts';
import type { JsonSchema } from './json-schema.ts';

/** Faults of a custom resource against its CRD's schema, worded as the API server words them. */
export function jsonSchemaCauses(schema: JsonSchema, value: unknown, path = ''): StatusCause[] {
  if (value === null && schema.nullable === true) return [];
  const type = typeCause(schema, value, path);
  if (type !== undefined) return [type];
  return [
    ...enumCauses(schema, value, path),
    ...numberCauses(schema, value, path),
    ...stringCauses(schema, value, path),
    ...listCauses(schema, value, path),
    ...mapCauses(schema, value, path),
    ...combinedCauses(schema, value, path),
  ];
}

function invalid(field: string, value: unknown, why: string): StatusCause {
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    field: field || '<nil>',
  };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' ? 'object' : typeof value;
}

function typeCause(schema: JsonSchema, value: unknown, path: string): StatusCause | undefined {
  const got = typeName(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (got === 'integer' || got === 'string') return undefined;
    return wrongType(path, got, 'integer,string');
  }
  const wanted = schema.type ?? (schema.properties === undefined ? undefined : 'object');
  if (wanted === undefined || wanted === got || (wanted === 'number' && got === 'integer')) return undefined;
  return wrongType(path, got, wanted);
}

function wrongType(path: string, got: string, wanted: string): StatusCause {
  return {
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${got}": ${path} in body must be of type ${wanted}: "${got}"`,
    field: path || '<nil>',
  };
}

function enumCauses(schema: JsonSchema, value: unknown, path: string): StatusCause[] {
  if (schema.enum === undefined || schema.enum.some((one) => jsonEqual(one, value))) return [];
  const values = schema.enum.map((one) => JSON.stringify(one)).join(', ');
  return [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`,
      field: path,
    },
  ];
}

function numberCauses(schema: JsonSchema, value: unknown, path: string): StatusCause[] {
  if (typeof value !== 'number') return [];
  const { minimum, maximum, multipleOf } = schema;
  const causes: StatusCause[] = [];
  const below = minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum);
  const above = maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum);
  if (below)
    causes.push(
      invalid(
        path,
        value,
        `${path} in body should be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`,
      ),
    );
  if (above)
    causes.push(
      invalid(
        path,
        value,
        `${path} in body should be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`,
      ),
    );
  if (multipleOf !== undefined && value % multipleOf !== 0)
    causes.push(invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  return causes;
}

/** Longer texts are not tried against patterns: a CRD is user input and so is its pattern. */
const maxPatternInput = 10_000;

function stringCauses(schema: JsonSchema, value: unknown, path: string): StatusCause[] {
  if (typeof value !== 'string') return [];
  const causes: StatusCause[] = [];
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength)
    causes.push(invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
      field: path,
    });
  }
  if (schema.pattern !== undefined && value.length <= maxPatternInput && !matches(schema.pattern, value)) {
    causes.push(invalid(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(value))) {
    causes.push(invalid(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`));
  }
  return causes;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true; // a pattern of Go's dialect that JavaScript has not
  }
}

function listCauses(schema: JsonSchema, value: unknown, path: string): StatusCause[] {
  if (!Array.isArray(value)) return [];
  const causes: StatusCause[] = [];
  if (schema.minItems !== undefined && value.length < schema.minItems)
    causes.push(invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    causes.push({
      reason: 'FieldValueTooMany',
      message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`,
      field: path,
    });
  }
  causes.push(...duplicateCauses(schema, value, path));
  const { items } = schema;
  if (items !== undefined)
    for (const [index, item] of value.entries()) causes.push(...jsonSchemaCauses(items, item, `${path}[${index}]`));
  return causes;
}

function duplicateCauses(schema: JsonSchema, items: readonly unknown[], path: string): StatusCause[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const shown =
      type === 'set'
        ? item
        : Object.fromEntries(keys.map((key) => [key, (item as Record<string, unknown> | null)?.[key]]));
    const identity = JSON.stringify(shown);
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    return [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${identity}`, field: `${path}[${index}]` }];
  });
}

function mapCauses(schema: JsonSchema, value: unknown, path: string): StatusCause[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const fields = value as Record<string, unknown>;
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const causes: StatusCause[] = (schema.required ?? [])
    .filter((name) => fields[name] === undefined)
    .map((name) => ({ reason: 'FieldValueRequired', message: 'Required value', field: at(name) }));
  const count = Object.keys(fields).length;
  if (schema.minProperties !== undefined && count < schema.minProperties)
    causes.push(invalid(path, count, `${path} in body should have at least ${schema.minProperties} properties`));
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    causes.push({
      reason: 'FieldValueTooMany',
      message: `Too many: ${count}: must have at most ${schema.maxProperties} items`,
      field: path,
    });
  }
  for (const [name, child] of Object.entries(fields)) {
    if (child === undefined || (path === '' && (name === 'metadata' || name === 'apiVersion' || name === 'kind')))
      continue;
    const property = schema.properties?.[name];
    const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    const below = property ?? rest;
    if (below !== undefined) causes.push(...jsonSchemaCauses(below, child, at(name)));
  }
  return causes;
}

function combinedCauses(schema: JsonSchema, value: unknown, path: string): StatusCause[] {
  const holds = (one: JsonSchema) => jsonSchemaCauses(one, value, path).length === 0;
  const causes = (schema.allOf ?? []).flatMap((one) => jsonSchemaCauses(one, value, path));
  if (schema.anyOf !== undefined && !schema.anyOf.some(holds))
    causes.push(invalid(path, value, `${path} in body must validate at least one schema (anyOf)`));
  if (schema.oneOf !== undefined && schema.oneOf.filter(holds).length !== 1)
    causes.push(invalid(path, value, `${path} in body must validate one and only one schema (oneOf)`));
  if (schema.not !== undefined && holds(schema.not))
    causes.push(invalid(path, value, `${path} in body must not validate the schema (not)`));
  return causes;
}
