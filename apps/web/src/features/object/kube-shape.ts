/** Just enough of an object's shape to read it safely: anything may be missing or of another type than documented. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function asList(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

/** A scalar as text; undefined for what is missing or no scalar. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function asTexts(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, each] of Object.entries(asObject(value))) texts[key] = asText(each) ?? '';
  return texts;
}

/** The value at a path of names: `at(object, 'spec', 'template', 'spec')`. */
export function at(value: unknown, ...path: string[]): unknown {
  let current: unknown = value;
  for (const name of path) current = asObject(current)[name];
  return current;
}

/** The resource name (`deployments.apps`) that an owner's apiVersion and kind stand for, among the kinds there are. */
export function resourceOfKind(
  kinds: readonly { resource: string; group: string; kind: string }[],
  { apiVersion, kind }: { apiVersion: string; kind: string },
): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return kinds.find((each) => each.kind === kind && each.group === group)?.resource;
}
