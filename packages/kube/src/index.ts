export type * from './cluster-cache.ts';
export { objectKey } from './cluster-cache.ts';
export { type Health, type HealthStatus, healthStatuses, worseHealth } from './health-status.ts';
export type * from './kube-client.ts';
export type * from './kube-object.ts';
export { apiVersionOf, type ResourceType, resourceName } from './resource-type.ts';
