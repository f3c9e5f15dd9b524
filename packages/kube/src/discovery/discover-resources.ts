import type { KubeClient } from '../kube-client.ts';
import type { ResourceType } from '../resource-type.ts';
import { discoverAggregated } from './aggregated-discovery.ts';
import { type DiscoveryFailure, preferredTypes } from './group-version.ts';
import { discoverLegacy } from './legacy-discovery.ts';

/**
 * What a cluster serves: each resource once, in its preferred version, the core group first, then groups in the cluster's order.
 * A group that does not answer is named in `failures` and costs only its own resources. Rejects with the client's AppErrors when
 * the cluster itself does not answer.
 */
export async function discoverResources(
  client: KubeClient,
  options: { signal?: AbortSignal } = {},
): Promise<{ types: ResourceType[]; failures: DiscoveryFailure[] }> {
  const found = (await discoverAggregated(client, options)) ?? (await discoverLegacy(client, options));
  return { types: preferredTypes(found.versions), failures: found.failures };
}
