import type { CliContext } from '../../runtime/cli-context.ts';
import { type ClusterChoice, chooseClusters } from '../../runtime/cluster-choice.ts';
import { chooseNamespaces } from '../../runtime/namespace-choice.ts';
import { type GetOptions, sortOf } from './get-options.ts';
import type { RowQuery } from './resource-rows.ts';

/** What `get` was asked, with clusters and namespaces decided. */
export type GetRequest = { clusters: ClusterChoice; options: GetOptions; query: RowQuery };

export async function createGetRequest(context: CliContext, options: GetOptions): Promise<GetRequest> {
  const clusters = await chooseClusters(context, options);
  const query: RowQuery = {
    clusters: clusters.query,
    namespaces: chooseNamespaces(context, options),
    labelSelector: options.selector,
    fieldSelector: options.fieldSelector,
    health: options.health,
    q: options.query,
    sort: sortOf(options),
  };
  return { clusters, options, query };
}
