import type { Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { ClusterStore } from './cluster-store.ts';
import type { Pace } from './controller-deps.ts';
import { microTimestamp, timestamp } from './timestamps.ts';

export type EventSource = { component: string; host?: string };
export type EventFacts = {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** The part of the object meant, e.g. `spec.containers{web}`. */
  fieldPath?: string;
};

export type EventRecorderDeps = { store: ClusterStore; clock: Clock; pace: Pace };

/**
 * Writes Events as client-go's recorder does: the same event again raises `count` and `lastTimestamp`; more than ten of one reason that
 * differ in their message within ten minutes become one `(combined from similar events)`; 25 at once per object and source, then one
 * every five minutes (k8s.io/client-go/tools/record/events_cache.go).
 */
export type EventRecorder = {
  record(source: EventSource, about: KubeObject, facts: EventFacts): void;
  /** As the scheduler writes them, through events.k8s.io: `series` in place of `count`. */
  recordSeries(component: string, about: KubeObject, facts: EventFacts & { action: string }): void;
};

type Known = { name: string; namespace: string; last: number };
type Similar = { since: number; messages: Set<string> };
type Allowance = { tokens: number; at: number };

const similarWindow = 10 * 60_000;
const similarLimit = 10;
const burst = 25;
const refillMilliseconds = 300_000;
const seriesWindow = 6 * 60_000;

export function createEventRecorder({ store, clock, pace }: EventRecorderDeps): EventRecorder {
  const known = new Map<string, Known>();
  const similar = new Map<string, Similar>();
  const allowances = new Map<string, Allowance>();
  let serial = 0;

  function allowed(key: string, now: number): boolean {
    const allowance = allowances.get(key) ?? { tokens: burst, at: now };
    allowance.tokens = Math.min(burst, allowance.tokens + (now - allowance.at) / refillMilliseconds);
    allowance.at = now;
    remember(allowances, key, allowance);
    if (allowance.tokens < 1) return false;
    allowance.tokens--;
    return true;
  }

  /** The message under which an event is counted. */
  function aggregated(key: string, message: string, now: number): string {
    const group = similar.get(key);
    if (group === undefined || now - group.since > similarWindow) {
      remember(similar, key, { since: now, messages: new Set([message]) });
      return message;
    }
    group.messages.add(message);
    return group.messages.size > similarLimit ? `(combined from similar events): ${message}` : message;
  }

  function eventName(about: KubeObject, now: number): string {
    // The real name ends in the time in nanoseconds; the serial stands for what our clock cannot tell apart.
    const nanoseconds = BigInt(Math.trunc(now)) * 1_000_000n + BigInt(serial++ % 1_000_000);
    return `${about.metadata.name}.${nanoseconds.toString(16)}`;
  }

  function write(
    facts: EventFacts,
    fields: Record<string, unknown>,
    about: KubeObject,
    now: number,
  ): Known | undefined {
    const namespace = about.metadata.namespace ?? 'default';
    const name = eventName(about, now);
    try {
      store.create('events', {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: referenceTo(about, facts.fieldPath),
        reason: facts.reason,
        message: facts.message,
        type: facts.type,
        ...fields,
      });
      return { name, namespace, last: now };
    } catch {
      return undefined; // An event is never worth failing for: its namespace may be going away.
    }
  }

  return {
    record(source, about, facts) {
      if (pace.hasty) return;
      const now = clock.now();
      const from = `${source.component}|${source.host ?? ''}|${about.metadata.uid ?? about.metadata.name}`;
      if (!allowed(from, now)) return;
      const message = aggregated(`${from}|${facts.fieldPath ?? ''}|${facts.type}|${facts.reason}`, facts.message, now);
      const combined = message !== facts.message;
      const key = `${from}|${facts.fieldPath ?? ''}|${facts.type}|${facts.reason}|${combined ? '' : message}`;
      const before = known.get(key);
      if (before !== undefined) {
        const updated = store.update('events', { namespace: before.namespace, name: before.name }, (event) => {
          event.count = Number(event.count ?? 1) + 1;
          event.lastTimestamp = timestamp(now);
          event.message = message;
        });
        if (updated !== undefined) return remember(known, key, { ...before, last: now });
      }
      const written = write(
        { ...facts, message },
        {
          source: { ...source },
          firstTimestamp: timestamp(now),
          lastTimestamp: timestamp(now),
          count: 1,
          eventTime: null,
          reportingComponent: source.component,
          reportingInstance: source.host ?? '',
        },
        about,
        now,
      );
      if (written !== undefined) remember(known, key, written);
    },
    recordSeries(component, about, facts) {
      if (pace.hasty) return;
      const now = clock.now();
      const key = `${component}||${about.metadata.uid ?? ''}|${facts.reason}|${facts.message}`;
      const before = known.get(key);
      if (before !== undefined && now - before.last < seriesWindow) {
        const updated = store.update('events', { namespace: before.namespace, name: before.name }, (event) => {
          const series = event.series as { count: number } | undefined;
          event.series = { count: (series?.count ?? 1) + 1, lastObservedTime: microTimestamp(now) };
        });
        if (updated !== undefined) return remember(known, key, { ...before, last: now });
      }
      const written = write(
        facts,
        {
          source: {},
          action: facts.action,
          eventTime: microTimestamp(now),
          firstTimestamp: null,
          lastTimestamp: null,
          reportingComponent: component,
          reportingInstance: `${component}-control-plane`,
        },
        about,
        now,
      );
      if (written !== undefined) remember(known, key, written);
    },
  };
}

/** Keeps the 4096 most recently touched, as client-go's LRU caches do. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= 4096) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}

function referenceTo(about: KubeObject, fieldPath: string | undefined) {
  const { namespace, name, uid, resourceVersion } = about.metadata;
  return {
    kind: about.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    apiVersion: about.apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}
