import { appError, type Clock, type Logger, messageOf } from '@pilothouse/core';
import { type ClusterCache, findResourceType, type KubeClient, type ResourceType } from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import type { ActingClient, ActingClients } from './acting-clients.ts';

/** An open way to one cluster, shared by everything that reads or writes it. */
export type OpenCluster = {
  readonly id: string;
  readonly name: string;
  readonly client: KubeClient;
  readonly cache: ClusterCache;
  /** What the cluster serves; kept, and read again when a definition changed or it is old. */
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

const stalenessBound = 10 * 60_000;
/** A name that is not found is looked for again only when the list is older than this. */
const secondLookAfter = 1000;
const retryPause = 15_000;
/** Distinct spellings that are remembered. */
const mostNames = 10_000;
/** Definitions come in bursts: a chart installs dozens of them. */
const settlePause = 250;

export function createOpenCluster(options: OpenClusterOptions): OpenCluster {
  const { id, name, client, cache, discover, acting, clock, log } = options;
  const closing = new AbortController();
  let found: { at: number; types: Promise<readonly ResourceType[]>; listed?: readonly ResourceType[] } | undefined;
  let derived = new WeakMap<ResourceType, Promise<unknown>>();
  /** What names were found to mean in a list of types; every request asks. */
  const names = new Map<string, { listed: readonly ResourceType[]; type: ResourceType }>();
  let watching = false;

  function types({ fresh = false } = {}): Promise<readonly ResourceType[]> {
    if (!found || fresh || clock.now() - found.at > stalenessBound) {
      const types = discover(client).then((found) => found.types);
      const entry: NonNullable<typeof found> = { at: clock.now(), types };
      derived = new WeakMap();
      found = entry;
      const listed = (list: readonly ResourceType[]) => {
        entry.listed = list;
        watchDefinitions(list);
      };
      types.then(listed, () => {
        if (found === entry) found = undefined;
      });
    }
    return found.types;
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
            if (event.type === 'BOOKMARK' || !found) continue;
            await clock.sleep(settlePause, signal);
            found = undefined;
          }
          break;
        }
        await clock.sleep(retryPause / 10, signal);
      } catch (error) {
        if (signal.aborted) return;
        log.debug('the watch for definitions broke', { clusterId: id, resource: type.plural, error: messageOf(error) });
        found = undefined;
        await clock.sleep(retryPause, signal).catch(() => {});
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
      if (!known || known.listed !== found?.listed || clock.now() - found.at > stalenessBound) return undefined;
      return known.type;
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
      const age = found ? clock.now() - found.at : 0;
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
      await acting?.close();
      await cache.close();
      await client.close();
    },
  };
  return open;
}
