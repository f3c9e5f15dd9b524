import type { JsonSchema } from './json-schema.ts';

/** Fills in a CRD's defaults where a field is absent, in place. */
export function fillSchemaDefaults(schema: JsonSchema, value: unknown): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) fillSchemaDefaults(schema.items, item);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const absent = fields[name] === undefined || (fields[name] === null && property.nullable !== true);
    if (absent && property.default !== undefined) fields[name] = structuredClone(property.default);
    fillSchemaDefaults(property, fields[name]);
  }
  if (typeof schema.additionalProperties !== 'object') return;
  for (const [name, child] of Object.entries(fields)) {
    if (schema.properties?.[name] === undefined) fillSchemaDefaults(schema.additionalProperties, child);
  }
}
