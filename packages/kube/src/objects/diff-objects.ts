/** One field that differs. `path` reads like `spec.template.spec.containers[name=web].image`. */
export type FieldDifference = {
  path: string;
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
  compare({ before, after, path: '', depth: 0 }, found);
  return found;
}

type Pair = { before: unknown; after: unknown; path: string; depth: number };

function compare(pair: Pair, found: FieldDifference[]): void {
  const { before, after, path, depth } = pair;
  if (Object.is(before, after) || (isAbsent(before) && isAbsent(after))) return;
  if (isAbsent(before)) return void found.push({ path, change: 'added', after });
  if (isAbsent(after)) return void found.push({ path, change: 'removed', before });
  if (depth < maxDepth && Array.isArray(before) && Array.isArray(after))
    return compareLists(before, after, pair, found);
  if (depth < maxDepth && isMap(before) && isMap(after)) return compareMaps(before, after, pair, found);
  found.push({ path, change: 'changed', before, after });
}

function compareMaps(before: JsonMap, after: JsonMap, { path, depth }: Pair, found: FieldDifference[]): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    compare({ before: own(before, key), after: own(after, key), path: fieldPath(path, key), depth: depth + 1 }, found);
  }
}

function compareLists(before: unknown[], after: unknown[], { path, depth }: Pair, found: FieldDifference[]): void {
  const key = keyOf(before, after);
  if (key === undefined) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare({ before: before[index], after: after[index], path: `${path}[${index}]`, depth: depth + 1 }, found);
    }
    return;
  }
  const name = (item: unknown): string => String((item as JsonMap)[key]);
  const old = new Map(before.map((item) => [name(item), item]));
  const now = new Map(after.map((item) => [name(item), item]));
  for (const each of new Set([...now.keys(), ...old.keys()])) {
    compare({ before: old.get(each), after: now.get(each), path: `${path}[${key}=${each}]`, depth: depth + 1 }, found);
  }
  const kept = (names: Iterable<string>): string[] => [...names].filter((each) => old.has(each) && now.has(each));
  const [was, is] = [kept(old.keys()), kept(now.keys())];
  if (was.some((each, index) => each !== is[index])) found.push({ path, change: 'reordered', before: was, after: is });
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
