import { isAppError } from '@pilothouse/core';
import {
  findResourceType,
  type KubeObject,
  type ResourceType,
  resourceName,
  reviewHealth,
  tableColumns,
} from '@pilothouse/kube';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import type { RowRules } from './table/table-row.ts';

/** Columns, cells and health of one resource as one cluster serves it. */
export async function readRowRules(cluster: OpenCluster, type: ResourceType): Promise<RowRules> {
  const { columns, cellsOf } = tableColumns(type, await readDefinition(cluster, type));
  const volumeBindingMode = resourceName(type) === 'persistentvolumeclaims' ? await bindingModes(cluster) : undefined;
  return {
    columns,
    cells: cellsOf,
    health: (object, now) => reviewHealth(object, { now, volumeBindingMode }),
  };
}

/** The definition of a custom resource, which names its printer columns; undefined for what is built in or may not be read. */
async function readDefinition(cluster: OpenCluster, type: ResourceType): Promise<KubeObject | undefined> {
  if (!type.group.includes('.')) return undefined;
  const definitions = findResourceType(await cluster.types(), 'customresourcedefinitions.apiextensions.k8s.io');
  if (!definitions) return undefined;
  try {
    return await cluster.client.get({ type: definitions, name: resourceName(type) });
  } catch (error) {
    if (isAppError(error) && (error.code === 'not_found' || error.code === 'cluster_denied')) return undefined;
    throw error;
  }
}

/** How the storage classes bind: a claim that waits for its first pod is healthy. The few classes stay cached as long as the cluster is open. */
async function bindingModes(cluster: OpenCluster): Promise<((storageClass: string) => string | undefined) | undefined> {
  const type = findResourceType(await cluster.types(), 'storageclasses.storage.k8s.io');
  if (!type) return undefined;
  const { cache } = cluster.cache.acquire(type);
  return (storageClass) => {
    const mode = cache.get(`/${storageClass}`)?.volumeBindingMode;
    return typeof mode === 'string' ? mode : undefined;
  };
}
