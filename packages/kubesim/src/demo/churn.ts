import { type Clock, systemClock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { ObjectStorePort } from '../object-store-port.ts';
import { chanceFrom } from '../runtime/chance.ts';

export type Churn = {
  /** Changes made so far. */
  readonly changes: number;
  stop(): Promise<void>;
};

/** Between two bursts; smaller than any delay a bench looks for. */
const beat = 10;
const mostCatchUp = 0.5;

/**
 * Changes pods of a large, still cluster at a steady rate: mostly a status of theirs, now and then one goes and another comes, so that their number
 * stays. Each changed pod says when, in the annotation `kubesim.pilothouse.dev/changed-at` (milliseconds since the epoch), for those who measure delay.
 */
export function churn(store: ObjectStorePort, changesPerSecond: number, clock: Clock = systemClock): Churn {
  const stop = new AbortController();
  const chance = chanceFrom(0xc0ffee);
  const keys: { namespace: string | undefined; name: string }[] = [];
  for (const { metadata } of store.list('pods')) keys.push({ namespace: metadata.namespace, name: metadata.name });
  let changes = 0;
  let replaced = 0;

  function changeOne(): void {
    const at = Math.floor(chance() * keys.length);
    const ref = keys[at];
    if (ref === undefined) return;
    changes++;
    if (chance() < 0.04) replace(at, ref);
    else touch(ref);
  }

  function touch(ref: { namespace: string | undefined; name: string }): void {
    const now = clock.now();
    const pod = store.get('pods', ref.namespace, ref.name);
    if (pod === undefined) return;
    store.restore('pods', {
      ...pod,
      metadata: stamped(pod, now),
      status: toggled(pod.status as PodStatus | undefined, now),
    });
  }

  function replace(at: number, ref: { namespace: string | undefined; name: string }): void {
    const pod = store.get('pods', ref.namespace, ref.name);
    if (pod === undefined) return;
    const name = `${ref.name.replace(/-r\d+$/, '')}-r${++replaced}`;
    store.delete('pods', ref, { gracePeriodSeconds: 0 });
    const { uid: _, resourceVersion: __, ...metadata } = stamped(pod, clock.now());
    store.restore('pods', { ...pod, metadata: { ...metadata, name } });
    keys[at] = { namespace: ref.namespace, name };
  }

  async function run(): Promise<void> {
    let owed = 0;
    let last = clock.now();
    while (!stop.signal.aborted) {
      await clock.sleep(beat, stop.signal).catch(() => {});
      const now = clock.now();
      // After a pause of the process it does not make up for all of it at once.
      owed = Math.min(owed + ((now - last) / 1000) * changesPerSecond, changesPerSecond * mostCatchUp + 1);
      last = now;
      for (; owed >= 1 && !stop.signal.aborted; owed--) changeOne();
    }
  }

  const running = run();
  return {
    get changes() {
      return changes;
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

type PodStatus = { containerStatuses?: { restartCount: number }[]; [field: string]: unknown };

function stamped(pod: KubeObject, now: number): KubeObject['metadata'] {
  const annotations = { ...pod.metadata.annotations, 'kubesim.pilothouse.dev/changed-at': String(now) };
  return { ...pod.metadata, annotations };
}

/** One more restart of the first container. */
function toggled(status: PodStatus | undefined, now: number): PodStatus {
  const [first, ...others] = status?.containerStatuses ?? [];
  if (first === undefined) return { ...status, message: `seen at ${now}` };
  return { ...status, containerStatuses: [{ ...first, restartCount: first.restartCount + 1 }, ...others] };
}
