/**
 * A set of field paths as a tree. Keys are path elements as FieldsV1 writes them: `f:name`, `k:{"name":"x"}` (an item of a map list),
 * `v:"x"` (an item of a set). `self` says the path itself is a member. Never changed after it is made. (KEP-555, structured-merge-diff)
 */
export type FieldSet = ReadonlyMap<string, FieldNode>;
export type FieldNode = { readonly self: boolean; readonly below: FieldSet };

export const noFields: FieldSet = new Map();

export function isEmpty(set: FieldSet): boolean {
  return set.size === 0;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const result = new Map(a);
  for (const [key, node] of b) {
    const other = result.get(key);
    result.set(
      key,
      other === undefined ? node : { self: other.self || node.self, below: union(other.below, node.below) },
    );
  }
  return result;
}

/** Members of `a` that are not members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (b.size === 0) return a;
  const result = new Map<string, FieldNode>();
  for (const [key, node] of a) {
    const other = b.get(key);
    const kept: FieldNode =
      other === undefined ? node : { self: node.self && !other.self, below: difference(node.below, other.below) };
    if (kept.self || kept.below.size > 0) result.set(key, kept);
  }
  return result;
}

/** Members of `a` that are neither members of `b` nor lie below one. */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  if (b.size === 0) return a;
  const result = new Map<string, FieldNode>();
  for (const [key, node] of a) {
    const other = b.get(key);
    if (other?.self) continue;
    const kept: FieldNode =
      other === undefined ? node : { self: node.self, below: differenceBelow(node.below, other.below) };
    if (kept.self || kept.below.size > 0) result.set(key, kept);
  }
  return result;
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result = new Map<string, FieldNode>();
  for (const [key, node] of a) {
    const other = b.get(key);
    if (other === undefined) continue;
    const kept: FieldNode = { self: node.self && other.self, below: intersection(node.below, other.below) };
    if (kept.self || kept.below.size > 0) result.set(key, kept);
  }
  return result;
}

export function sameFields(a: FieldSet, b: FieldSet): boolean {
  if (a.size !== b.size) return false;
  for (const [key, node] of a) {
    const other = b.get(key);
    if (other === undefined || other.self !== node.self || !sameFields(node.below, other.below)) return false;
  }
  return true;
}

/** Every member as its path of elements. */
export function* members(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  for (const [key, node] of [...set].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = [...prefix, key];
    if (node.self) yield path;
    yield* members(node.below, path);
  }
}

/** As people read it, and as conflicts name it: `.spec.containers[name="web"].image`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((element) => {
      const body = element.slice(2);
      if (element.startsWith('f:')) return `.${body}`;
      if (element.startsWith('v:')) return `[=${body}]`;
      if (element.startsWith('i:')) return `[${body}]`;
      const keys = Object.entries(JSON.parse(body) as Record<string, unknown>);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}

type FieldsV1 = { [element: string]: FieldsV1 };

export function encodeFields(set: FieldSet): FieldsV1 {
  const encoded: FieldsV1 = {};
  for (const [key, node] of [...set].sort(([a], [b]) => (a < b ? -1 : 1))) {
    encoded[key] =
      node.self && node.below.size > 0 ? { '.': {}, ...encodeFields(node.below) } : encodeFields(node.below);
  }
  return encoded;
}

export function decodeFields(fields: unknown): FieldSet {
  const set = new Map<string, FieldNode>();
  if (typeof fields !== 'object' || fields === null) return set;
  for (const [key, value] of Object.entries(fields)) {
    if (key === '.') continue;
    const below = decodeFields(value);
    set.set(key, { self: below.size === 0 || (typeof value === 'object' && value !== null && '.' in value), below });
  }
  return set;
}

/** Builds a set path by path. */
export function createFieldSetBuilder() {
  type Draft = { self: boolean; below: Map<string, Draft> };
  const root = new Map<string, Draft>();
  return {
    add(path: readonly string[]): void {
      let level = root;
      for (const [index, element] of path.entries()) {
        let node = level.get(element);
        if (node === undefined) {
          node = { self: false, below: new Map() };
          level.set(element, node);
        }
        if (index === path.length - 1) node.self = true;
        level = node.below;
      }
    },
    done: (): FieldSet => root,
  };
}
