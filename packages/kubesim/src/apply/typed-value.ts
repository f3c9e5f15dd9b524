import { anySchema, type Schema } from '../schema/schema.ts';

/** One direct part of a granular value, under its path element. */
export type Part = { element: string; schema: Schema; value: unknown; item: boolean; alwaysPresent: boolean };

/** Whether a value of this schema is owned and replaced as a whole. */
export function isLeaf(schema: Schema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return schema.is !== 'list' || schema.merge.listType === 'atomic';
  if (schema.is === 'list' || schema.is === 'scalar') return true;
  return schema.is === 'any' ? false : schema.atomic;
}

/** The parts of a granular map, struct, set or map list; undefined parts are skipped. */
export function partsOf(schema: Schema, value: unknown): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return listParts(schema, value);
  return Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .map(([name, child]) => {
      const field = schema.is === 'struct' ? schema.fields.get(name) : undefined;
      return {
        element: `f:${name}`,
        schema: field?.schema ?? (schema.is === 'map' ? schema.values : anySchema),
        value: child,
        item: schema.is === 'map',
        alwaysPresent: field !== undefined && (field.required || field.alwaysPresent === true),
      };
    });
}

function listParts(schema: Schema, items: readonly unknown[]): Part[] {
  if (schema.is !== 'list' || schema.merge.listType === 'atomic') return [];
  const { listType, keys } = schema.merge;
  return items.map((value) => ({
    element: listType === 'set' ? `v:${JSON.stringify(value)}` : itemElement(value, keys),
    schema: schema.items,
    value,
    item: true,
    alwaysPresent: false,
  }));
}

/** Defaults the API gives to key fields that may be left out. */
const keyDefaults: Record<string, unknown> = { protocol: 'TCP' };

/** `k:{"containerPort":80,"protocol":"TCP"}` of an item of a map list. */
export function itemElement(item: unknown, keys: readonly string[]): string {
  const fields = item as Record<string, unknown>;
  const named: Record<string, unknown> = {};
  for (const key of [...keys].sort()) {
    const value = fields?.[key] ?? keyDefaults[key];
    if (value !== undefined) named[key] = value;
  }
  return `k:${JSON.stringify(named)}`;
}
