import type { KubeObject } from '@pilothouse/kube';
import type { StoredObject } from './stored-object.ts';

/** Parsed forms of stored objects, the most recently used within a budget of JSON bytes. Everything handed out is deeply frozen. */
export type ObjectCache = {
  read(stored: StoredObject, type: { apiVersion: string; kind: string }): KubeObject;
};

export function createObjectCache(budgetBytes: number): ObjectCache {
  const parsed = new Map<StoredObject, KubeObject>();
  let held = 0;
  return {
    read(stored, type) {
      const known = parsed.get(stored);
      if (known !== undefined) {
        parsed.delete(stored);
        parsed.set(stored, known);
        return known;
      }
      const object = freeze(parseStored(stored, type));
      parsed.set(stored, object);
      held += stored.body.length;
      for (const oldest of parsed.keys()) {
        if (held <= budgetBytes) break;
        parsed.delete(oldest);
        held -= oldest.body.length;
      }
      return object;
    },
  };
}

/** A fresh, mutable copy of a stored object. */
export function parseStored(stored: StoredObject, type: { apiVersion: string; kind: string }): KubeObject {
  const body = JSON.parse(stored.body.toString('utf8')) as Record<string, unknown>;
  return { kind: type.kind, apiVersion: type.apiVersion, ...body } as unknown as KubeObject;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value;
}
