import { appError, type Logger, messageOf, type Service } from '@pilothouse/core';
import type { Doorbell } from '../../platform/events/doorbell.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import type { ClusterRecord, ClusterStore } from './cluster-store.ts';

export type ClusterEntry = Pick<ClusterRecord, 'id' | 'name' | 'accessType' | 'server' | 'isDefault' | 'impersonate'>;

/**
 * Which clusters there are, in memory: asked by every request that names one. A change made here is seen at once, one made by
 * another replica when its event rings.
 */
export type ClusterDirectory = {
  /** By id or name, from memory alone. */
  find(nameOrId: string): ClusterEntry | undefined;
  /** Like `find`, but looks into the database before it gives up. Throws `not_found`; never answers with another cluster. */
  resolve(nameOrId: string): Promise<ClusterEntry>;
  all(): readonly ClusterEntry[];
  refresh(): Promise<void>;
  /** Called with the ids of clusters that went, were renamed, or whose access changed. */
  onChanged(listener: (clusterId: string) => void): void;
  readonly service: Service;
};

export type ClusterDirectoryDeps = { store: ClusterStore; events: EventLog; doorbell: Doorbell; log: Logger };

export function createClusterDirectory({ store, events, doorbell, log }: ClusterDirectoryDeps): ClusterDirectory {
  let entries: readonly ClusterEntry[] = [];
  let byId = new Map<string, ClusterEntry>();
  let byName = new Map<string, ClusterEntry>();
  let versions = new Map<string, string>();
  let running: Promise<void> | undefined;
  let again = false;
  const listeners = new Set<(clusterId: string) => void>();

  async function load(): Promise<void> {
    const records = await store.list();
    const before = versions;
    entries = records.map(({ id, name, accessType, server, isDefault, impersonate }) => ({
      id,
      name,
      accessType,
      server,
      isDefault,
      impersonate,
    }));
    byId = new Map(entries.map((entry) => [entry.id, entry]));
    byName = new Map(entries.map((entry) => [entry.name, entry]));
    versions = new Map(records.map((record) => [record.id, `${record.name} ${record.accessVersion}`]));
    for (const [id, version] of before)
      if (versions.get(id) !== version) for (const listener of listeners) listener(id);
  }

  /** Calls that come while one loads share the next: what they were called for may have come too late for the first. */
  async function refresh(): Promise<void> {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await load();
      } while (again);
    })().finally(() => {
      running = undefined;
    });
    return running;
  }

  function find(nameOrId: string): ClusterEntry | undefined {
    return byId.get(nameOrId) ?? byName.get(nameOrId);
  }

  return {
    find,
    async resolve(nameOrId) {
      const known = find(nameOrId);
      if (known) return known;
      await refresh();
      const found = find(nameOrId);
      if (found) return found;
      throw appError('not_found', 'There is nothing of that name, or nothing you may see.');
    },
    all: () => entries,
    refresh,
    onChanged(listener) {
      listeners.add(listener);
    },
    service: {
      name: 'cluster-directory',
      async run(signal, ready) {
        let seen = (await events.bounds()).newest;
        const wake = async () => {
          try {
            const fresh = await events.readAfter(seen, { limit: 1000, types: ['cluster'] });
            const last = fresh.at(-1);
            if (!last) return;
            seen = last.seq;
            await refresh();
          } catch (error) {
            log.warn('the cluster directory could not be refreshed', { error: messageOf(error) });
          }
        };
        // Listening first: what happens while the directory is read rings too.
        const stop = doorbell.listen('events', () => void wake());
        await refresh();
        ready();
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        });
        stop();
      },
    },
  };
}
