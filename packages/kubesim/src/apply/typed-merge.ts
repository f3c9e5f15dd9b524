import type { Schema } from '../schema/schema.ts';
import type { FieldSet } from './field-set.ts';
import { isLeaf, partsOf } from './typed-value.ts';

/** Lays an applied configuration over the live value: granular parts merge, leaves are replaced. Neither input is changed. */
export function mergeApplied(schema: Schema, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (live === undefined || live === null || isLeaf(schema, config) || isLeaf(schema, live)) return config;
  return Array.isArray(config) ? mergeLists(schema, live as unknown[], config) : mergeMaps(schema, live, config);
}

function mergeMaps(schema: Schema, live: unknown, config: unknown): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...(live as Record<string, unknown>) };
  for (const part of partsOf(schema, config)) {
    const name = part.element.slice(2);
    merged[name] = mergeApplied(part.schema, merged[name], part.value);
  }
  return merged;
}

/** The applier's order wins among its items; others keep their place between them. */
function mergeLists(schema: Schema, live: readonly unknown[], config: readonly unknown[]): unknown[] {
  const left = partsOf(schema, live);
  const right = partsOf(schema, config);
  const byElement = new Map(left.map((part) => [part.element, part]));
  const applied = new Set(right.map((part) => part.element));
  const merged: unknown[] = [];
  const seen = new Set<string>();
  let at = 0;
  const takeLiveOnly = () => {
    for (; at < left.length; at++) {
      const part = left[at];
      if (part === undefined || (applied.has(part.element) && !seen.has(part.element))) return;
      if (!applied.has(part.element)) merged.push(part.value);
    }
  };
  for (const part of right) {
    takeLiveOnly();
    if (left[at]?.element === part.element) at++;
    merged.push(mergeApplied(part.schema, byElement.get(part.element)?.value, part.value));
    seen.add(part.element);
  }
  for (; at < left.length; at++) {
    const part = left[at];
    if (part !== undefined && !applied.has(part.element)) merged.push(part.value);
  }
  return merged;
}

/** Takes away what the applier owned before and nobody owns now. Returns a new value. */
export function prune(schema: Schema, value: unknown, given: { dropped: FieldSet; owned: FieldSet }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kept: [string, unknown][] = [];
  for (const part of partsOf(schema, value)) {
    const last = given.dropped.get(part.element);
    const owner = given.owned.get(part.element);
    if (last !== undefined && owner === undefined && part.element !== 'f:metadata') continue;
    const goDeeper = last !== undefined && last.below.size > 0 && !isLeaf(part.schema, part.value);
    const child = goDeeper
      ? prune(part.schema, part.value, { dropped: last.below, owned: owner?.below ?? new Map() })
      : part.value;
    kept.push([part.element.slice(2), child]);
  }
  return Array.isArray(value) ? kept.map(([, child]) => child) : Object.fromEntries(kept);
}
