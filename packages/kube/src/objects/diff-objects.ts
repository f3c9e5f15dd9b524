/** One field that differs. `path` reads like `spec.template.spec.containers[name=web].image`. */
export type FieldDifference = {
  path: string;
  /** The same place as an RFC 6901 pointer into the new value, or into the old one for what was removed. */
  pointer: string;
  change: 'added' | 'removed' | 'changed' | 'reordered';
  before?: unknown;
  after?: unknown;
};

const maxDepth = 200;

/**
 * The fields in which two JSON values differ, in the order of the new one. Elements of a list are matched by the key that names them
 * (name, else type, else key) when all have one and it is unique, else by place. An absent field and `null` count as the same.
 */
export function diffObjects(before: unknown, after: unknown): FieldDifference[] {
  const found: FieldDifference[] = [];
  compare({ before, after, path: '', pointer: '', depth: 0 }, found);
  return found;
}

type Pair = { before: unknown; after: unknown; path: string; pointer: string; depth: number };

function compare(pair: Pair, found: FieldDifference[]): void {
  const { before, after, path, pointer, depth } = pair;
  if (Object.is(before, after) || (isAbsent(before) && isAbsent(after))) return;
  if (isAbsent(before)) found.push({ path, pointer, change: 'added', after });
  else if (isAbsent(after)) found.push({ path, pointer, change: 'removed', before });
  else if (depth < maxDepth && Array.isArray(before) && Array.isArray(after)) compareLists(before, after, pair, found);
  else if (depth < maxDepth && isMap(before) && isMap(after)) compareMaps(before, after, pair, found);
  else found.push({ path, pointer, change: 'changed', before, after });
}

function compareMaps(before: JsonMap, after: JsonMap, place: Pair, found: FieldDifference[]): void {
  const { path, pointer, depth } = place;
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const at = { path: fieldPath(path, key), pointer: below(pointer, key), depth: depth + 1 };
    compare({ before: own(before, key), after: own(after, key), ...at }, found);
  }
}

function below(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function compareLists(before: unknown[], after: unknown[], place: Pair, found: FieldDifference[]): void {
  const { path, pointer, depth } = place;
  const key = keyOf(before, after);
  if (key === undefined) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      const at = { path: `${path}[${index}]`, pointer: below(pointer, index), depth: depth + 1 };
      compare({ before: before[index], after: after[index], ...at }, found);
    }
    return;
  }
  const name = (item: unknown): string => String((item as JsonMap)[key]);
  const old = new Map(before.map((item) => [name(item), item]));
  const now = new Map(after.map((item) => [name(item), item]));
  for (const each of new Set([...now.keys(), ...old.keys()])) {
    const [was, is] = [old.get(each), now.get(each)];
    const index = is === undefined ? before.indexOf(was) : after.indexOf(is);
    const at = { path: `${path}[${key}=${each}]`, pointer: below(pointer, index), depth: depth + 1 };
    compare({ before: was, after: is, ...at }, found);
  }
  const kept = (names: Iterable<string>): string[] => [...names].filter((each) => old.has(each) && now.has(each));
  const [was, is] = [kept(old.keys()), kept(now.keys())];
  if (was.some((each, index) => each !== is[index]))
    found.push({ path, pointer, change: 'reordered', before: was, after: is });
}

function keyOf(before: unknown[], after: unknown[]): string | undefined {
  return ['name', 'type', 'key'].find((key) => isKeyed(before, key) && isKeyed(after, key));
}

function isKeyed(list: unknown[], key: string): boolean {
  const names = list.map((item) => (isMap(item) ? own(item, key) : undefined));
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

type JsonMap = Record<string, unknown>;

function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function own(map: JsonMap, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function fieldPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
