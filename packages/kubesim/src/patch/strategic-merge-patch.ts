import { kubeError } from '../api/kube-error.ts';
import { jsonEqual } from '../rules/json-equal.ts';
import { anySchema, type Schema } from '../schema/schema.ts';

type Fields = Record<string, unknown>;

/**
 * Applies a strategic merge patch: a merge patch that knows which lists merge by a key, with the directives `$patch: replace|delete|merge`,
 * `$deleteFromPrimitiveList/…`, `$setElementOrder/…` and `$retainKeys`. The input is not changed.
 */
export function applyStrategicMergePatch(schema: Schema, target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return structuredClone(patch);
  return mergeMap(schema, isMap(target) ? target : {}, patch);
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const deleteFrom = '$deleteFromPrimitiveList/';
const elementOrder = '$setElementOrder/';

function mergeMap(schema: Schema, target: Fields, patch: Fields): Fields {
  const directive = patch.$patch;
  if (directive === 'replace') return structuredClone(withoutDirectives(patch));
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw kubeError.badRequest(`Unknown patch type: ${String(directive)}`);
  }
  const result: Fields = { ...target };
  const retained = patch.$retainKeys;
  if (Array.isArray(retained)) {
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith(elementOrder)) continue;
    if (key.startsWith(deleteFrom)) {
      const name = key.slice(deleteFrom.length);
      const doomed = Array.isArray(value) ? value : [];
      const list = result[name];
      if (Array.isArray(list)) result[name] = list.filter((item) => !doomed.some((one) => jsonEqual(one, item)));
      continue;
    }
    if (value === null) {
      delete result[key];
      continue;
    }
    const merged = mergeField(childSchema(schema, key), result[key], value);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(elementOrder)) continue;
    const name = key.slice(elementOrder.length);
    const list = result[name];
    const mergeBy = mergeKey(childSchema(schema, name));
    if (!Array.isArray(list) || !Array.isArray(order) || mergeBy === undefined) continue;
    const before = target[name];
    result[name] = ordered(list, { patch: order, live: Array.isArray(before) ? before : [], key: mergeBy });
  }
  return result;
}

function childSchema(schema: Schema, key: string): Schema {
  if (schema.is === 'struct') return schema.fields.get(key)?.schema ?? anySchema;
  return schema.is === 'map' ? schema.values : anySchema;
}

function mergeKey(schema: Schema): string | undefined {
  return schema.is === 'list' ? schema.merge.patchMergeKey : undefined;
}

function mergeField(schema: Schema, target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return mergeList(schema, Array.isArray(target) ? target : [], patch);
  if (!isMap(patch)) return patch;
  if (patch.$patch === 'delete' && Object.keys(patch).length === 1) return undefined;
  return mergeMap(schema, isMap(target) ? target : {}, patch);
}

function mergeList(schema: Schema, target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const key = mergeKey(schema);
  if (key === undefined) return structuredClone(patch.filter((item) => !isDirective(item)));
  if (key === '') return [...target, ...patch.filter((item) => !target.some((one) => jsonEqual(one, item)))];
  if (patch.some((item) => isMap(item) && item.$patch === 'replace')) {
    return structuredClone(patch.filter((item) => !isDirective(item)));
  }
  const items = schema.is === 'list' ? schema.items : anySchema;
  const result = [...target];
  for (const item of patch) {
    if (!isMap(item)) continue;
    const value = item[key];
    if (value === undefined) {
      throw kubeError.badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    const at = result.findIndex((one) => isMap(one) && jsonEqual(one[key], value));
    if (item.$patch === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = mergeMap(items, result[at] as Fields, item);
    else result.push(mergeMap(items, {}, item));
  }
  const named = patch.filter((item) => isMap(item) && item.$patch === undefined);
  return ordered(result, { patch: named, live: target, key });
}

function isDirective(item: unknown): boolean {
  return isMap(item) && item.$patch !== undefined && Object.keys(item).length === 1;
}

function withoutDirectives(patch: Fields): Fields {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

/**
 * Items the patch names come in the patch's order. The others keep the order they had, each before the first named item that stood behind
 * it in the live list (k8s.io/apimachinery strategicpatch, normalizeElementOrder).
 */
function ordered(
  list: readonly unknown[],
  by: { patch: readonly unknown[]; live: readonly unknown[]; key: string },
): unknown[] {
  const identity = (item: unknown) => (by.key !== '' && isMap(item) ? item[by.key] : item);
  const place = (where: readonly unknown[], item: unknown) =>
    where.findIndex((one) => jsonEqual(identity(one), identity(item)));
  const sorted = (items: readonly unknown[], where: readonly unknown[]) =>
    [...items].sort((a, b) => place(where, a) - place(where, b));
  const named = sorted(
    list.filter((item) => place(by.patch, item) >= 0),
    by.patch,
  );
  const others = sorted(
    list.filter((item) => place(by.patch, item) < 0),
    by.live,
  );
  const result: unknown[] = [];
  let next = 0;
  for (const item of others) {
    const at = place(by.live, item);
    while (next < named.length) {
      const there = place(by.live, named[next]);
      if (at >= 0 && there >= 0 && at < there) break;
      result.push(named[next++]);
    }
    result.push(item);
  }
  return [...result, ...named.slice(next)];
}
