import { randomUUID } from 'node:crypto';
import { appError, type Clock, isAppError, type Logger } from '@pilothouse/core';
import { kubeError } from '../api/kube-error.ts';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import { resourceTypeOf } from '../catalogue/served-resource.ts';
import type { ObjectStorePort, StoreEvent } from '../object-store-port.ts';
import { storedTarget } from '../rules/garbage-collector.ts';
import type { ObjectWriter, Target } from '../rules/object-writer.ts';
import { writeOptions } from '../rules/write-options.ts';
import type { Database } from './database.ts';
import type { StoredEvent } from './event-log.ts';
import { storageKey } from './stored-object.ts';

export type StorePortDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  writer: ObjectWriter;
  clock: Clock;
  logger: Logger;
};

/** The store as the simulated controllers see it. */
export function createStorePort(deps: StorePortDeps): ObjectStorePort {
  const { database, catalogue, writer } = deps;
  const listeners = new Map<string, Set<(event: StoreEvent, resource: string) => void>>();
  let pending: StoredEvent[] = [];

  function find(name: string): Target | undefined {
    const resource = catalogue.byName(name);
    return resource === undefined ? undefined : storedTarget(resource);
  }

  function need(name: string): Target {
    const target = find(name);
    if (target === undefined) throw appError('not_found', `The simulated cluster serves no ${name}.`);
    return target;
  }

  database.listen((event) => {
    if (listeners.size === 0) return;
    pending.push(event);
    if (pending.length === 1) queueMicrotask(deliver);
  });

  function deliver(): void {
    const events = pending;
    pending = [];
    for (const event of events) {
      const heard = [...(listeners.get(event.collection) ?? []), ...(listeners.get('*') ?? [])];
      const target = heard.length === 0 ? undefined : find(event.collection);
      if (target === undefined) continue;
      const object = database.read(target.resource, event.object);
      for (const listener of heard) tell(listener, { type: event.type, object }, event.collection);
    }
  }

  function tell(listener: (event: StoreEvent, resource: string) => void, event: StoreEvent, resource: string): void {
    try {
      listener(event, resource);
    } catch (error) {
      deps.logger.error('A listener of the simulated store failed', { error, resource });
    }
  }

  return {
    type(name) {
      const resource = catalogue.byName(name);
      return resource === undefined ? undefined : resourceTypeOf(resource);
    },
    get(name, namespace, objectName) {
      const target = find(name);
      const stored =
        target && database.collection(target.resource.storedAs).get(storageKey(namespace ?? '', objectName));
      return target === undefined || stored === undefined ? undefined : database.read(target.resource, stored);
    },
    *list(name, namespace) {
      const target = find(name);
      if (target === undefined) return;
      for (const stored of database.collection(target.resource.storedAs).values(namespace))
        yield database.read(target.resource, stored);
    },
    *ownedBy(uid) {
      for (const name of [...database.names()]) {
        const target = find(name);
        if (target === undefined) continue;
        for (const stored of database.collection(name).owned(uid)) {
          const object = database.read(target.resource, stored);
          if (object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.controller === true)) {
            yield { resource: name, object };
          }
        }
      }
    },
    create: (name, object, options) =>
      writer.create(need(name), object, writeOptions({ manager: options?.manager ?? 'kube-controller-manager' })),
    restore(name, given) {
      const { resource } = need(name);
      const object = { ...given, metadata: { ...given.metadata } };
      object.metadata.uid ??= randomUUID();
      object.metadata.creationTimestamp ??= `${new Date(deps.clock.now()).toISOString().slice(0, 19)}Z`;
      if (resource.namespaced && database.collection('namespaces').get(object.metadata.namespace ?? '') === undefined) {
        throw kubeError.notFound(
          { group: '', plural: 'namespaces', kind: 'Namespace' },
          object.metadata.namespace ?? '',
        );
      }
      database.put(resource, object);
    },
    update(name, ref, change, options) {
      const target = need(name);
      try {
        return writer.update(
          target,
          { namespace: ref.namespace ?? '', name: ref.name },
          (live) => {
            change(live);
            return live;
          },
          writeOptions({
            manager: options?.manager ?? 'kube-controller-manager',
            subresource: options?.subresource ?? '',
          }),
        );
      } catch (error) {
        if (isAppError(error) && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    delete(name, ref, options) {
      try {
        writer.remove(
          need(name),
          { namespace: ref.namespace ?? '', name: ref.name },
          { dryRun: false, propagation: options?.propagation, gracePeriodSeconds: options?.gracePeriodSeconds },
        );
      } catch (error) {
        if (!isAppError(error) || error.code !== 'not_found') throw error;
      }
    },
    subscribe(name, listener) {
      const key = name === '*' ? '*' : (find(name)?.resource.storedAs ?? name);
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(key);
      };
    },
  };
}
