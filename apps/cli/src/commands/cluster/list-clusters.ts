import type { Cluster, ConnectionStatus } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { ageOf } from '../../output/age.ts';
import type { Colour } from '../../output/style.ts';
import { allPages } from '../../runtime/all-pages.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { printRecords, type RecordColumn } from '../print-records.ts';

type ListOptions = { selector?: string; query?: string; state?: string; output: string };

const states: readonly ConnectionStatus['state'][] = [
  'pending',
  'connected',
  'degraded',
  'unreachable',
  'unauthorized',
];
export const stateColours: Record<ConnectionStatus['state'], Colour> = {
  pending: 'dim',
  connected: 'green',
  degraded: 'yellow',
  unreachable: 'red',
  unauthorized: 'red',
};

export async function printClusters(context: CliContext, options: ListOptions): Promise<number> {
  const state = states.find((each) => each === options.state);
  if (options.state && !state)
    throw usageError(`"${options.state}" is no state of a connection.`, `it is one of ${states.join(', ')}`);
  const filter = {
    ...(options.query ? { q: options.query } : {}),
    ...(options.selector ? { labelSelector: options.selector } : {}),
    ...(state ? { state } : {}),
  };
  const items = await allPages((cursor) =>
    context.api().call(routes.listClusters, { query: { ...filter, limit: 1000, ...(cursor ? { cursor } : {}) } }),
  );
  await printRecords(context, items, {
    columns: clusterColumns(context),
    output: options.output,
    name: ({ name }) => name,
    none: 'No clusters. Register one with `pilothouse cluster add`.',
  });
  return 0;
}

function clusterColumns({ style, io }: CliContext): RecordColumn<Cluster>[] {
  const now = io.now();
  return [
    { label: 'NAME', text: ({ name }) => name },
    {
      label: 'STATE',
      text: ({ connection }) => connection.state,
      paint: (text, { connection }) => style(stateColours[connection.state], text),
    },
    { label: 'SINCE', text: ({ connection }) => ageOf(connection.since, now) },
    { label: 'VERSION', text: ({ facts }) => facts?.version ?? '' },
    { label: 'PROVIDER', text: ({ facts }) => facts?.provider ?? '' },
    { label: 'NODES', text: ({ facts }) => (facts?.nodes ? `${facts.nodes.ready}/${facts.nodes.total}` : '') },
    {
      label: 'LATENCY',
      text: ({ connection }) => (connection.latencyMs === undefined ? '' : `${Math.round(connection.latencyMs)}ms`),
    },
    { label: 'ROLE', text: ({ role, namespaces }) => (namespaces ? `${role} (${namespaces.join(',')})` : role) },
    { label: 'DEFAULT', text: (cluster) => (cluster.default ? '*' : '') },
    { label: 'SERVER', text: ({ server }) => server, wide: true },
    { label: 'ACCESS', text: ({ accessType }) => accessType, wide: true },
    {
      label: 'LABELS',
      text: ({ labels }) =>
        Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      wide: true,
    },
    { label: 'ERROR', text: ({ connection }) => connection.error?.message ?? '', wide: true },
  ];
}
