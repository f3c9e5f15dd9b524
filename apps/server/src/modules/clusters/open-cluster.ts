import { appError, type Clock, type Logger, messageOf } from '@pilothouse/core';
import { type ClusterCache, findResourceType, type KubeClient, type ResourceType } from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import type { ActingClient, ActingClients } from './acting-clients.ts';
import { createDiscoveredTypes } from './discovered-types.ts';

/** An open way to one cluster, shared by everything that reads or writes it. */
export type OpenCluster = {
  readonly id: string;
  readonly name: string;
  readonly client: KubeClient;
  readonly cache: ClusterCache;
  /** What the cluster serves; kept, and found out anew when a definition changed or it is old. */
  types(options?: { fresh?: boolean }): Promise<readonly ResourceType[]>;
  /** Like `find`, for a name that was found before and a list of types that is still good; undefined for any other. */
  known(resource: string): ResourceType | undefined;
  /** The type of a name as people write it (`po`, `Pod`, `deployments.apps`); looks again once before it says `not_found`. */
  find(resource: string): Promise<ResourceType>;
  /** Something derived from a type, made once and again when the definitions have changed. */
  derived<T>(type: ResourceType, make: () => Promise<T>): Promise<T>;
  /** The cluster as this person reaches it: with a client in their name where the cluster is to decide about each, else as it is. */
  as(principal: Principal): OpenCluster;
  /** Whether people reach the cluster under their own names. */
  readonly acts: boolean;
  /** Asks the cluster whether the person may; absent where everybody reaches it under its registered identity. */
  readonly may?: ActingClient['may'];
  close(): Promise<void>;
};

export type OpenClusterOptions = {
  id: string;
  name: string;
  client: KubeClient;
  cache: ClusterCache;
  discover(client: KubeClient): Promise<{ types: readonly ResourceType[] }>;
  /** Where people reach the cluster under their own names. */
  acting?: ActingClients | undefined;
  clock: Clock;
  log: Logger;
};

/** A name that is not found is looked for again only when the list is older than this. */
const secondLookAfter = 1000;
const retryPause = 15_000;
/** Distinct spellings that are remembered. */
const mostNames = 10_000;

export function createOpenCluster(options: OpenClusterOptions): OpenCluster {
  const { id, name, client, cache, discover, acting, clock, log } = options;
  const closing = new AbortController();
  const discovered = createDiscoveredTypes({ discover: () => discover(client).then(({ types }) => types), clock, log });
  const derived = new WeakMap<ResourceType, Promise<unknown>>();
  /** What names were found to mean in a list of types; every request asks. */
  const names = new Map<string, { listed: readonly ResourceType[]; type: ResourceType }>();
  let watching = false;

  async function types(options?: { fresh?: boolean }): Promise<readonly ResourceType[]> {
    const listed = discovered.list(options);
    if (!watching) listed.then(watchDefinitions, () => {});
    return listed;
  }

  /** Only the fact of a change is wanted, so nothing is kept: the definitions of a large cluster are 100 MB. */
  function watchDefinitions(known: readonly ResourceType[]): void {
    if (watching || closing.signal.aborted) return;
    watching = true;
    for (const resource of ['customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io']) {
      const type = findResourceType(known, resource);
      if (type?.verbs.includes('watch')) void watchFor(type);
    }
  }

  async function watchFor(type: ResourceType): Promise<void> {
    const { signal } = closing;
    while (!signal.aborted) {
      try {
        for await (const page of client.list(type, { limit: 1, signal })) {
          for await (const event of client.watch(type, { resourceVersion: page.resourceVersion, signal })) {
            if (event.type !== 'BOOKMARK') discovered.changed();
          }
          break;
        }
        await clock.sleep(retryPause / 10, signal);
      } catch (error) {
        if (signal.aborted) return;
        log.debug('the watch for definitions broke', { clusterId: id, resource: type.plural, error: messageOf(error) });
        await clock.sleep(retryPause, signal).catch(() => {});
        discovered.changed();
      }
    }
  }

  const open: OpenCluster = {
    id,
    acts: acting !== undefined,
    name,
    client,
    cache,
    types,
    known(resource) {
      const known = names.get(resource);
      return known?.listed === discovered.known ? known?.type : undefined;
    },
    async find(resource) {
      const listed = await types();
      const known = names.get(resource);
      if (known?.listed === listed) return known.type;
      const type = findResourceType(listed, resource);
      if (type) {
        if (names.size > mostNames) names.clear();
        names.set(resource, { listed, type });
        return type;
      }
      const age = clock.now() - discovered.at;
      const again = age > secondLookAfter ? findResourceType(await types({ fresh: true }), resource) : undefined;
      if (again) return again;
      throw appError('not_found', `The cluster ${name} serves no resource "${resource}"`);
    },
    derived<T>(type: ResourceType, make: () => Promise<T>): Promise<T> {
      const known = derived.get(type);
      if (known !== undefined) return known as Promise<T>;
      const made = make();
      derived.set(type, made);
      made.catch(() => derived.delete(type));
      return made;
    },
    as(principal) {
      if (!acting) return open;
      const { client, may } = acting.of(principal);
      return { ...open, client, may };
    },
    async close() {
      closing.abort();
      discovered.close();
      await acting?.close();
      await cache.close();
      await client.close();
    },
  };
  return open;
}
