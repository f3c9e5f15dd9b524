import type { KubeEvent } from '@pilothouse/contract';
import type { KubeObject } from '@pilothouse/kube';

type ObjectReference = {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  fieldPath?: string;
};

/** Both shapes of an Event: the core one, and that of events.k8s.io, whose names for old fields begin with `deprecated`. */
type EventParts = {
  type?: string;
  reason?: string;
  message?: string;
  note?: string;
  count?: number;
  deprecatedCount?: number;
  firstTimestamp?: string | null;
  deprecatedFirstTimestamp?: string | null;
  lastTimestamp?: string | null;
  deprecatedLastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
  involvedObject?: ObjectReference;
  regarding?: ObjectReference;
  source?: { component?: string };
  deprecatedSource?: { component?: string };
  reportingComponent?: string;
  reportingController?: string;
};

const lastTimes = new WeakMap<KubeObject, number>();

/** When an event was last seen, in epoch milliseconds; 0 when it does not say. */
export function lastSeen(object: KubeObject): number {
  const known = lastTimes.get(object);
  if (known !== undefined) return known;
  const at = Date.parse(lastTime(object as EventParts) ?? object.metadata.creationTimestamp ?? '') || 0;
  lastTimes.set(object, at);
  return at;
}

export function isWarning(object: KubeObject): boolean {
  return (object as EventParts).type === 'Warning';
}

/** The object that an event is about. */
export function subjectOf(object: KubeObject): ObjectReference {
  const { involvedObject, regarding } = object as EventParts;
  return involvedObject ?? regarding ?? {};
}

/** `object` is a uid or `Kind/name`. Events about nodes carry the node's name as uid, which is matched by Kind and name. */
export function isAbout(event: KubeObject, object: string): boolean {
  const { uid, kind = '', name = '' } = subjectOf(event);
  return uid === object || `${kind}/${name}` === object;
}

function lastTime(event: EventParts): string | undefined {
  return (
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.deprecatedLastTimestamp ??
    event.eventTime ??
    undefined
  );
}

function firstTime(event: EventParts, object: KubeObject): string | undefined {
  return event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime ?? object.metadata.creationTimestamp;
}

/** One form for both shapes. */
export function kubeEventOf(cluster: string, object: KubeObject): KubeEvent {
  const event = object as EventParts;
  const subject = subjectOf(object);
  const firstAt = firstTime(event, object);
  const lastAt = lastSeen(object);
  const source =
    event.reportingComponent ||
    event.reportingController ||
    event.source?.component ||
    event.deprecatedSource?.component;
  return {
    cluster,
    ...(object.metadata.namespace ? { namespace: object.metadata.namespace } : {}),
    name: object.metadata.name,
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? event.note ?? '',
    count: event.series?.count ?? event.count ?? event.deprecatedCount ?? 1,
    ...(firstAt ? { firstAt } : {}),
    ...(lastAt > 0 ? { lastAt: new Date(lastAt).toISOString() } : {}),
    ...(source ? { source } : {}),
    object: {
      ...(subject.apiVersion ? { apiVersion: subject.apiVersion } : {}),
      kind: subject.kind ?? '',
      ...(subject.namespace ? { namespace: subject.namespace } : {}),
      name: subject.name ?? '',
      ...(subject.uid ? { uid: subject.uid } : {}),
      ...(subject.fieldPath ? { fieldPath: subject.fieldPath } : {}),
    },
  };
}
