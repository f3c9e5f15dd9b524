/** Deeper parts are left as they are; nothing of Kubernetes nests so far. */
const maxDepth = 64;

/**
 * Returns `like` when `fresh` equals it, else `fresh` with every equal part replaced by that of `like`, in place. Replicas of one
 * workload, and one object before and after a change, are nearly the same; so most of each is held once.
 */
export function shareStructure<T>(like: unknown, fresh: T): T {
  return shareAt(like, fresh, 0) as T;
}

function shareAt(like: unknown, fresh: unknown, depth: number): unknown {
  if (like === fresh) return like;
  if (typeof fresh !== 'object' || typeof like !== 'object' || fresh === null || like === null) return fresh;
  if (depth > maxDepth) return fresh;
  if (Array.isArray(fresh)) return Array.isArray(like) ? shareArray(like, fresh, depth) : fresh;
  return Array.isArray(like) ? fresh : shareFields(like as Fields, fresh as Fields, depth);
}

type Fields = Record<string, unknown>;

function shareArray(like: unknown[], fresh: unknown[], depth: number): unknown[] {
  let equal = like.length === fresh.length;
  const length = Math.min(like.length, fresh.length);
  for (let index = 0; index < length; index++) {
    const before = like[index];
    const now = fresh[index];
    if (before === now) {
      // Equal texts are still two copies until one is put in place of the other.
      if (typeof now === 'string') fresh[index] = before;
      continue;
    }
    const shared = shareAt(before, now, depth + 1);
    if (shared === before) fresh[index] = before;
    else equal = false;
  }
  return equal ? like : fresh;
}

function shareFields(like: Fields, fresh: Fields, depth: number): Fields {
  let equal = true;
  let fields = 0;
  for (const key in fresh) {
    fields++;
    const now = fresh[key];
    const before = like[key];
    if (before === now) {
      if (typeof now === 'string') fresh[key] = before;
      continue;
    }
    if (typeof now === 'object' && now !== null && before !== undefined && key !== '__proto__') {
      const shared = shareAt(before, now, depth + 1);
      if (shared === before) {
        fresh[key] = before;
        continue;
      }
    }
    equal = false;
  }
  return equal && fields === fieldCount(like) ? like : fresh;
}

function fieldCount(value: Fields): number {
  let count = 0;
  for (const _ in value) count++;
  return count;
}
