import type { KubeObject } from '@pilothouse/kube';
import { column, humanDuration } from './column-factory.ts';
import type { TableColumn } from './table-column.ts';

type Reference = { kind?: string; name?: string; fieldPath?: string };
/** Both APIs' field names: core/v1 and events.k8s.io/v1. */
type Event = KubeObject & {
  involvedObject?: Reference;
  regarding?: Reference;
  message?: string;
  note?: string;
  reason?: string;
  type?: string;
  source?: { component?: string; host?: string };
  deprecatedSource?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingController?: string;
  firstTimestamp?: string;
  lastTimestamp?: string;
  deprecatedFirstTimestamp?: string;
  deprecatedLastTimestamp?: string;
  eventTime?: string;
  count?: number;
  deprecatedCount?: number;
  series?: { count?: number; lastObservedTime?: string };
};

function since(timestamp: string | undefined | null, now: number): string {
  return timestamp === undefined || timestamp === null ? '<unknown>' : humanDuration(now - Date.parse(timestamp));
}

function first(event: Event, now: number): string {
  return since(event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime, now);
}

function last(event: Event, now: number): string {
  if (event.series?.lastObservedTime !== undefined) return since(event.series.lastObservedTime, now);
  const timestamp = event.lastTimestamp ?? event.deprecatedLastTimestamp;
  return timestamp === undefined || timestamp === null ? first(event, now) : since(timestamp, now);
}

function subject(event: Event): string {
  const { kind = '', name = '' } = event.involvedObject ?? event.regarding ?? {};
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

function source(event: Event): string {
  const from = event.source ?? event.deprecatedSource ?? {};
  const component = from.component || event.reportingComponent || event.reportingController || '';
  return from.host ? `${component}, ${from.host}` : component;
}

const times = (event: Event) => event.series?.count ?? event.count ?? event.deprecatedCount ?? 0;

export const eventColumns: readonly TableColumn[] = [
  column('Last Seen', (event: Event, { now }) => last(event, now)),
  column('Type', (event: Event) => event.type ?? ''),
  column('Reason', (event: Event) => event.reason ?? ''),
  column('Object', subject),
  column('Subobject', (event: Event) => (event.involvedObject ?? event.regarding)?.fieldPath ?? '', { wide: true }),
  column('Source', source, { wide: true }),
  column('Message', (event: Event) => (event.message ?? event.note ?? '').trim()),
  column('First Seen', (event: Event, { now }) => first(event, now), { wide: true }),
  column('Count', (event: Event) => (times(event) === 0 ? 1 : times(event)), { type: 'integer', wide: true }),
  column('Name', (event) => event.metadata.name, { wide: true }),
];
