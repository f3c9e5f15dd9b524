import type { StoredObject } from './stored-object.ts';

/** One committed change. `previous` is what it replaced, `object` what it left; a deletion leaves the last state under a new revision. */
export type StoredEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: string;
  readonly revision: number;
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
  /** The encoded watch lines of this event, by apiVersion, made once for all watchers. */
  readonly lines: Map<string, Buffer>;
};

export type EventWindow = { maxEvents: number; maxBytes: number };

/**
 * The last changes of one collection, bounded by count and bytes. What has left the window answers 410: `floor` is the revision
 * below which nothing can be resumed.
 */
export type EventLog = {
  readonly floor: number;
  append(event: StoredEvent): void;
  /** Events with revision > `revision`, oldest first. Only meaningful when `revision >= floor`. */
  after(revision: number): readonly StoredEvent[];
  /** Forgets everything up to and including `revision`, as etcd's compaction does. */
  compact(revision: number): void;
};

export function createEventLog(window: EventWindow): EventLog {
  let events: StoredEvent[] = [];
  let start = 0;
  let bytes = 0;
  let floor = 0;

  function dropFirst(): void {
    const first = events[start];
    if (first === undefined) return;
    bytes -= first.object.body.length;
    floor = first.revision;
    start++;
    if (start > 1024 && start * 2 > events.length) {
      events = events.slice(start);
      start = 0;
    }
  }

  return {
    get floor() {
      return floor;
    },
    append(event) {
      events.push(event);
      bytes += event.object.body.length;
      while (events.length - start > window.maxEvents || (bytes > window.maxBytes && events.length - start > 1))
        dropFirst();
    },
    after(revision) {
      let low = start;
      let high = events.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((events[middle]?.revision ?? 0) > revision) high = middle;
        else low = middle + 1;
      }
      return events.slice(low);
    },
    compact(revision) {
      while ((events[start]?.revision ?? Number.POSITIVE_INFINITY) <= revision) dropFirst();
      floor = Math.max(floor, revision);
    },
  };
}
