import { appError, type Clock } from '@pilothouse/core';
import {
  health as healthOf,
  type KubeObject,
  type ObjectRef,
  type ResourceCache,
  type ResourceType,
  resourceName,
} from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import { type RawJson, rawJson } from '../../platform/http/raw-json.ts';
import type { ClusterConnections } from '../clusters/cluster-connections.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import { maskObject, withoutManagedFields } from './masked-object.ts';
import type { ResourceTables } from './table/resource-tables.ts';

export type ObjectParams = { readonly resource: string; readonly namespace: string; readonly name: string };

/** The object that a path names, on an open cluster. */
export type ObjectTarget = {
  readonly cluster: OpenCluster;
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  readonly key: string;
};

export type ObjectReader = {
  /** The answer at once, when everything it takes is at hand: most reads of a page that is open. */
  atHand(clusterId: string, params: ObjectParams): RawJson | undefined;
  target(clusterId: string, params: ObjectParams, principal: Principal): Promise<ObjectTarget>;
  /** The JSON of an ObjectAnswer: from the watch cache where it runs, else read from the cluster. */
  read(
    target: ObjectTarget,
    options: { managedFields?: boolean | undefined; fresh?: boolean | undefined },
  ): Promise<RawJson>;
};

export type ObjectReaderDeps = {
  connections: Pick<ClusterConnections, 'get' | 'opened'>;
  tables: ResourceTables;
  clock: Clock;
};

type Kept = { second: number; answer: RawJson };

export function createObjectReader({ connections, tables, clock }: ObjectReaderDeps): ObjectReader {
  /** The text of an answer, kept as long as the version of the object is; `asOf` counts in seconds so that they can be. */
  const kept = new WeakMap<KubeObject, Kept>();

  function fromCache(target: ObjectTarget): RawJson | undefined {
    const { cluster, type, key } = target;
    const table = tables.running(cluster, type);
    const cache = table?.cache ?? runningCache(cluster, type);
    if (cache?.state.phase !== 'live' || cache.asOf === undefined) return undefined;
    const object = cache.get(key);
    if (!object) return undefined;
    const second = Math.floor(cache.asOf / 1000);
    const known = kept.get(object);
    if (known?.second === second) return known.answer;
    const health = table?.row(key)?.health ?? healthOf(object, { now: clock.now() });
    const body = answerJson(target, { object, health, asOf: second * 1000, source: 'cache' });
    const answer = rawJson(
      body,
      `W/"${object.metadata.uid ?? ''}.${object.metadata.resourceVersion ?? ''}.${health.reason}"`,
    );
    kept.set(object, { second, answer });
    return answer;
  }

  return {
    atHand(clusterId, params) {
      const cluster = connections.opened(clusterId);
      const type = cluster?.known(params.resource);
      return cluster && !cluster.acts && type && fits(type, params)
        ? fromCache(targetOf(cluster, type, params))
        : undefined;
    },
    async target(clusterId, params, principal) {
      const cluster = (await connections.get(clusterId)).as(principal);
      const type = await cluster.find(params.resource);
      if (fits(type, params)) return targetOf(cluster, type, params);
      throw appError(
        'not_found',
        type.namespaced
          ? `A ${type.kind} lives in a namespace; name it.`
          : `A ${type.kind} lives in no namespace; write - for it.`,
      );
    },
    async read(target, { managedFields = false, fresh = false }) {
      const cached = managedFields || fresh ? undefined : fromCache(target);
      if (cached && (await mayRead(target))) return cached;
      const { cluster, ref } = target;
      const found = maskObject(await cluster.client.get(ref));
      const object = managedFields ? found : withoutManagedFields(found);
      const health = healthOf(object, { now: clock.now() });
      return rawJson(answerJson(target, { object, health, asOf: clock.now(), source: 'cluster' }));
    },
  };
}

/** The caller was let in for this namespace: an object that is in none must not be reached through one. */
function fits(type: ResourceType, { namespace }: ObjectParams): boolean {
  return type.namespaced === (namespace !== '-');
}

function targetOf(cluster: OpenCluster, type: ResourceType, { namespace, name }: ObjectParams): ObjectTarget {
  if (!type.namespaced) return { cluster, type, ref: { type, name }, key: `/${name}` };
  return { cluster, type, ref: { type, namespace, name }, key: `${namespace}/${name}` };
}

/** Where the cluster decides about each person it is asked; a refusal is then the cluster's own answer to a direct read. */
function mayRead({ cluster, type, ref }: ObjectTarget): boolean | Promise<boolean> {
  if (!cluster.may) return true;
  const { namespace, name } = ref;
  return cluster.may({
    verb: 'get',
    group: type.group,
    resource: type.plural,
    name,
    ...(namespace ? { namespace } : {}),
  });
}

function runningCache(cluster: OpenCluster, type: ResourceType): ResourceCache | undefined {
  for (const cache of cluster.cache.running())
    if (cache.type.plural === type.plural && cache.type.group === type.group) return cache;
  return undefined;
}

function answerJson(
  { cluster, type }: ObjectTarget,
  { object, health, asOf, source }: { object: KubeObject; health: unknown; asOf: number; source: 'cache' | 'cluster' },
): string {
  const at = new Date(asOf).toISOString();
  return JSON.stringify({ cluster: cluster.name, resource: resourceName(type), object, health, asOf: at, source });
}
