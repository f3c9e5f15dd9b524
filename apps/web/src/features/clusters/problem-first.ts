import type { Cluster } from '@pilothouse/contract';

const order: readonly Cluster['connection']['state'][] = [
  'unauthorized',
  'unreachable',
  'degraded',
  'pending',
  'connected',
];

/** What needs a person first, then by name. */
export function problemFirst(clusters: readonly Cluster[]): Cluster[] {
  return [...clusters].sort(
    (a, b) => order.indexOf(a.connection.state) - order.indexOf(b.connection.state) || (a.name < b.name ? -1 : 1),
  );
}
