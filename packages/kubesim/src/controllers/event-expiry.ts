import type { KubeObject } from '@pilothouse/kube';
import { keyOf, refOf, splitKey } from './cluster-store.ts';
import type { ControllerDeps } from './controller-deps.ts';
import { timeOf } from './timestamps.ts';

const hour = 3_600_000;

/** Lets Events go an hour after they last happened, as the API server does. */
export function startEventExpiry({ store, clock, work }: ControllerDeps): void {
  const queue = work.queue('event-expiry', reconcile);
  store.subscribe('events', ({ type, object }) => {
    if (type === 'ADDED') queue.add(keyOf(object), hour);
  });
  for (const event of store.list('events')) queue.add(keyOf(event));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const event = store.get('events', namespace, name);
    if (event === undefined) return;
    const rest = lastSeen(event) + hour - clock.now();
    if (rest > 0) queue.add(key, rest);
    else store.delete('events', refOf(event));
  }
}

function lastSeen(event: KubeObject): number {
  const { lastTimestamp, eventTime, series } = event as {
    lastTimestamp?: string;
    eventTime?: string;
    series?: { lastObservedTime?: string };
  };
  const times = [lastTimestamp, eventTime, series?.lastObservedTime, event.metadata.creationTimestamp];
  return Math.max(...times.map((time) => timeOf(time) ?? 0));
}
