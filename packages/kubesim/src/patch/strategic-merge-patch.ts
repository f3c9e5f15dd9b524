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
    const merged = mergeField(childSchema(schema, key), result[key], value, patch[`${elementOrder}${key}`]);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(elementOrder)) continue;
    const name = key.slice(elementOrder.length);
    const list = result[name];
    if (Array.isArray(list) && Array.isArray(order))
      result[name] = ordered(list, order, mergeKey(childSchema(schema, name)));
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

function mergeField(schema: Schema, target: unknown, patch: unknown, _order: unknown): unknown {
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
  return result;
}

function isDirective(item: unknown): boolean {
  return isMap(item) && item.$patch !== undefined && Object.keys(item).length === 1;
}

function withoutDirectives(patch: Fields): Fields {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

/** Items named by the order come in that order; the others keep their place relative to the item before them. */
function ordered(list: readonly unknown[], order: readonly unknown[], key: string | undefined): unknown[] {
  const identity = (item: unknown) => (key !== undefined && key !== '' && isMap(item) ? item[key] : item);
  const rank = (item: unknown) => order.findIndex((one) => jsonEqual(identity(one), identity(item)));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const result: unknown[] = [];
  let next = 0;
  for (const item of list) {
    if (rank(item) < 0) result.push(item);
    else result.push(named[next++]);
  }
  return result;
}
