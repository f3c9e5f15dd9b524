import type { KubeObject } from '@pilothouse/kube';
import type { CellContext, TableCell, TableColumn } from './table-column.ts';

type Read = (object: KubeObject, context: CellContext) => TableCell;

/** `column('Status', read)`; `wide` shows only with `-o wide`. */
export function column(
  name: string,
  read: Read,
  how: { type?: TableColumn['type']; format?: string; wide?: boolean } = {},
): TableColumn {
  return {
    name,
    type: how.type ?? 'string',
    format: how.format ?? (name === 'Name' ? 'name' : ''),
    description: name === 'Age' ? ageDescription : '',
    priority: how.wide === true ? 1 : 0,
    cell: read,
  };
}

const ageDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.';

export const nameColumn = column('Name', (object) => object.metadata.name);
export const ageColumn = column('Age', (object, { now }) => age(object.metadata.creationTimestamp, now));

/** How long ago, as kubectl prints it; `<unknown>` for an absent time. */
export function age(timestamp: string | undefined | null, now: number): string {
  if (timestamp === undefined || timestamp === null || timestamp === '') return '<unknown>';
  return humanDuration(now - Date.parse(timestamp));
}

/** At most two units, the second only while it says something (k8s.io/apimachinery/pkg/util/duration HumanDuration). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(hours / 24 / 365);
  if (hours < 24 * 365 * 8) return withRest(years, 'y', days % 365, 'd');
  return `${years}y`;
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`;
}
