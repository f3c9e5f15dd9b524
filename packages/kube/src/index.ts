export { type ClusterCacheOptions, createClusterCache } from './cache/create-cluster-cache.ts';
export { checkedLookup, checkLiteralHost, isAddressAllowed } from './client/address-check.ts';
export type { ClientTimeouts } from './client/cluster-transport.ts';
export { createKubeClient } from './client/create-kube-client.ts';
export type * from './cluster-cache.ts';
export { objectKey } from './cluster-cache.ts';
export type { Cell, ColumnType, TableColumn } from './columns/table-column.ts';
export { type TableRules, tableColumns } from './columns/table-columns.ts';
export { discoverResources } from './discovery/discover-resources.ts';
export { findResourceType } from './discovery/find-resource-type.ts';
export type { DiscoveryFailure } from './discovery/group-version.ts';
export { health, reviewHealth } from './health/health.ts';
export type { HealthContext, Verdict } from './health/verdict.ts';
export { type Health, type HealthStatus, healthStatuses, worseHealth } from './health-status.ts';
export type * from './kube-client.ts';
export type * from './kube-object.ts';
export { inClusterConnection } from './kubeconfig/in-cluster-connection.ts';
export { loadLocalKubeconfig, localKubeconfigPaths } from './kubeconfig/local-kubeconfig.ts';
export {
  type Kubeconfig,
  type KubeconfigContext,
  type KubeconfigPolicy,
  parseKubeconfig,
} from './kubeconfig/parse-kubeconfig.ts';
export {
  createLogLineSplitter,
  type LogLine,
  type LogLineOptions,
  type LogLineSplitter,
} from './log-lines/log-line-splitter.ts';
export { type ManifestDocument, parseManifests } from './manifests/parse-manifests.ts';
export { diffObjects, type FieldDifference } from './objects/diff-objects.ts';
export { type ChainLink, ownerChain } from './objects/owner-chain.ts';
export { prepareForApply } from './objects/prepare-for-apply.ts';
export { formatQuantity, type Nanos, numberOfNanos, parseQuantity, quantityNumber } from './quantity/quantity.ts';
export { apiVersionOf, type ResourceType, resourceName } from './resource-type.ts';
export {
  type LabelRequirement,
  type LabelSelector,
  type LabelSelectorObject,
  matchesLabelSelector,
  parseLabelSelector,
} from './selectors/label-selector.ts';
