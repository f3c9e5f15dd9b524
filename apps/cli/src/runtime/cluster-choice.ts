import type { Cluster } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import { allPages } from './all-pages.ts';
import type { CliContext } from './cli-context.ts';
import { usageError } from './usage-error.ts';

export type ClusterOptions = { cluster?: string; clusters?: string; allClusters?: boolean };

export type ClusterChoice = {
  /** For the `clusters` query; undefined asks every cluster one may see. */
  readonly query: string | undefined;
  /** Whether the answer may span clusters, so that each row says which it is from. */
  readonly several: boolean;
};

/** The clusters a list is asked from: --all-clusters, --clusters a,b, or the one of {@link chooseCluster}. */
export async function chooseClusters(context: CliContext, options: ClusterOptions): Promise<ClusterChoice> {
  const given = [options.cluster, options.clusters, options.allClusters].filter(Boolean).length;
  if (given > 1) throw usageError('Give one of --cluster, --clusters and --all-clusters.');
  if (options.allClusters) return { query: undefined, several: true };
  if (options.clusters) return { query: options.clusters, several: true };
  return { query: await chooseCluster(context, options.cluster), several: false };
}

/** One cluster: the option, PILOTHOUSE_CLUSTER, the one chosen with `pilothouse use`, the server's default, or the only one there is. */
export async function chooseCluster(context: CliContext, named?: string): Promise<string> {
  const chosen = named ?? context.io.env.PILOTHOUSE_CLUSTER ?? context.server().saved.cluster;
  if (chosen) return chosen;
  const clusters = await listClusters(context);
  const cluster = clusters.find((each) => each.default) ?? (clusters.length === 1 ? clusters[0] : undefined);
  if (cluster) return cluster.name;
  if (clusters.length === 0)
    throw new AppError('not-found', 'not_found', 'No cluster is registered, or none that you may see.', {
      extra: { next: 'register one with `pilothouse cluster add`' },
    });
  throw usageError(
    `There are ${clusters.length} clusters and none is the default: ${clusters.map((each) => each.name).join(', ')}.`,
    'choose with --cluster, --all-clusters, or `pilothouse use <cluster>`',
  );
}

export function listClusters(context: CliContext): Promise<Cluster[]> {
  return allPages((cursor) =>
    context.api().call(routes.listClusters, { query: { limit: 1000, ...(cursor ? { cursor } : {}) } }),
  );
}
