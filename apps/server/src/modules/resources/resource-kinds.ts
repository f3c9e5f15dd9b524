import type { ResourceKind, SourceFailure } from '@pilothouse/contract';
import { appError, type Clock } from '@pilothouse/core';
import { type ResourceType, resourceName } from '@pilothouse/kube';
import type { ClusterConnections } from '../clusters/cluster-connections.ts';
import { type ClusterScope, failureOf } from './resource-sources.ts';

export type KindList = { items: ResourceKind[]; complete: boolean; failures: SourceFailure[] };

/** Groups that Kubernetes itself serves; every other group comes from a definition or an aggregated API. */
const builtInGroups =
  /^$|^(apps|autoscaling|batch|policy|extensions)$|(?<!snapshot\.storage|gateway\.networking)\.k8s\.io$/;

const discoveryWait = 5000;

/** The union of what the clusters serve. A cluster that does not answer in time is named and costs only its own kinds. */
export async function listKinds(
  scopes: readonly ClusterScope[],
  deps: { connections: Pick<ClusterConnections, 'get'>; clock: Clock },
): Promise<KindList> {
  const failures: SourceFailure[] = [];
  const kinds = new Map<string, ResourceKind>();
  const found = await Promise.all(
    scopes.map(async (scope) => {
      try {
        return {
          scope,
          types: await inTime(
            deps.connections.get(scope.id).then((open) => open.types()),
            scope,
            deps.clock,
          ),
        };
      } catch (error) {
        failures.push(failureOf(scope.name, error));
        return { scope, types: [] };
      }
    }),
  );
  for (const { scope, types } of found)
    for (const type of types) {
      const resource = resourceName(type);
      const known = kinds.get(resource);
      if (known) known.clusters.push(scope.name);
      else kinds.set(resource, kindOf(type, scope.name));
    }
  return { items: [...kinds.values()], complete: failures.length === 0, failures };
}

async function inTime<T>(work: Promise<T>, scope: ClusterScope, clock: Clock): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(discoveryWait, done.signal).then(
    () => Promise.reject(appError('cluster_timeout', `${scope.name} has not answered yet.`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

function kindOf(type: ResourceType, cluster: string): ResourceKind {
  return {
    resource: resourceName(type),
    group: type.group,
    version: type.version,
    kind: type.kind,
    plural: type.plural,
    singular: type.singular,
    shortNames: [...type.shortNames],
    categories: [...type.categories],
    namespaced: type.namespaced,
    verbs: [...type.verbs],
    subresources: [...type.subresources],
    custom: !builtInGroups.test(type.group),
    clusters: [cluster],
  };
}
