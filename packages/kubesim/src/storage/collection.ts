import { createEventLog, type EventLog, type EventWindow, type StoredEvent } from './event-log.ts';
import type { StoredObject } from './stored-object.ts';

/** The objects of one resource, in key order, with their recent history and those who listen to it. */
export type Collection = {
  readonly name: string;
  readonly size: number;
  readonly log: EventLog;
  get(key: string): StoredObject | undefined;
  /** Objects in key order; of one namespace when given. */
  values(namespace?: string): StoredObject[];
  /** The objects as they were at `revision`, in key order. Only meaningful within the log's window. */
  valuesAt(revision: number, namespace?: string): StoredObject[];
  owned(uid: string): readonly StoredObject[];
  apply(event: StoredEvent): void;
  listen(listener: (event: StoredEvent) => void): () => void;
};

export function createCollection(name: string, window: EventWindow): Collection {
  const objects = new Map<string, StoredObject>();
  const order: string[] = [];
  const byOwner = new Map<string, Set<string>>();
  const listeners = new Set<(event: StoredEvent) => void>();
  const log = createEventLog(window);

  /** Where `key` stands in `order`, or would stand. */
  function position(key: string): number {
    const last = order[order.length - 1];
    if (last === undefined || last < key) return order.length;
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((order[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function indexOwners(object: StoredObject | undefined, add: boolean): void {
    for (const { uid } of object?.owners ?? []) {
      const keys = byOwner.get(uid) ?? new Set();
      if (add) keys.add(object?.key ?? '');
      else keys.delete(object?.key ?? '');
      if (keys.size === 0) byOwner.delete(uid);
      else byOwner.set(uid, keys);
    }
  }

  function values(namespace?: string): StoredObject[] {
    const found: StoredObject[] = [];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    for (let index = prefix === '' ? 0 : position(prefix); index < order.length; index++) {
      const key = order[index] ?? '';
      if (prefix !== '' && !key.startsWith(prefix)) break;
      const object = objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  return {
    name,
    log,
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    values,
    valuesAt(revision, namespace) {
      const since = log.after(revision);
      if (since.length === 0) return values(namespace);
      const before = new Map<string, StoredObject | undefined>();
      for (const event of since) if (!before.has(event.object.key)) before.set(event.object.key, event.previous);
      const unchanged = values(namespace).filter((object) => !before.has(object.key));
      const changed = [...before.values()].filter(
        (object) => object !== undefined && (namespace === undefined || object.namespace === namespace),
      ) as StoredObject[];
      return [...unchanged, ...changed].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    owned: (uid) => [...(byOwner.get(uid) ?? [])].flatMap((key) => objects.get(key) ?? []),
    apply(event) {
      const { object, previous } = event;
      if (previous !== undefined) indexOwners(previous, false);
      if (event.type === 'DELETED') {
        objects.delete(object.key);
        const at = position(object.key);
        if (order[at] === object.key) order.splice(at, 1);
      } else {
        if (!objects.has(object.key)) order.splice(position(object.key), 0, object.key);
        objects.set(object.key, object);
        indexOwners(object, true);
      }
      log.append(event);
      for (const listener of listeners) listener(event);
      event.lines.clear(); // every watcher has it; history keeps only the object
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
