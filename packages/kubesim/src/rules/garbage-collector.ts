import { isAppError, type Logger } from '@pilothouse/core';
import type { KubeObject, OwnerReference } from '@pilothouse/kube';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { ServedResource } from '../catalogue/served-resource.ts';
import type { Database } from '../storage/database.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { ObjectWriter, Target } from './object-writer.ts';
import { writeOptions } from './write-options.ts';

export type GarbageCollector = { stop(): void };
export type GarbageCollectorDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  writer: ObjectWriter;
  logger: Logger;
};

/** One item of work: an owner that went or is going, or an object whose owners may be absent. */
type Task = { collection: string; uid: string; kind: 'owner-gone' | 'finalize' | 'check-owners'; key: string };

const options = writeOptions({ manager: 'kube-controller-manager' });

/**
 * Deletes what lost its last owner, holds back foreground deletions until their dependents are gone, and cuts orphans loose: the garbage
 * collector of kube-controller-manager. Works in small steps between requests.
 */
export function createGarbageCollector(deps: GarbageCollectorDeps): GarbageCollector {
  const { database, writer } = deps;
  let tasks: Task[] = [];
  let scheduled = false;
  let stopped = false;

  const stopListening = database.listen((event) => {
    const { object, collection } = event;
    if (event.type === 'DELETED') {
      add({ collection, uid: object.uid, kind: 'owner-gone', key: object.key });
      // A foreground owner waits for its blocking dependents.
      for (const { uid } of object.owners) add({ collection, uid, kind: 'finalize', key: '' });
      return;
    }
    if (object.terminating) add({ collection, uid: object.uid, kind: 'finalize', key: object.key });
    if (event.type === 'ADDED' && object.owners.length > 0)
      add({ collection, uid: object.uid, kind: 'check-owners', key: object.key });
  });

  function add(task: Task): void {
    tasks.push(task);
    if (scheduled || stopped) return;
    scheduled = true;
    setImmediate(work);
  }

  function work(): void {
    scheduled = false;
    const batch = tasks;
    tasks = [];
    for (const task of batch) {
      try {
        if (task.kind === 'owner-gone') releaseDependents(task.uid);
        else if (task.kind === 'finalize') finalize(task);
        else checkOwners(task);
      } catch (error) {
        if (!isAppError(error)) deps.logger.error('Garbage collection of an object failed', { error, ...task });
      }
    }
  }

  function* dependents(uid: string): Generator<{ target: Target; stored: StoredObject }> {
    for (const name of [...database.names()]) {
      const target = targetOf(name);
      if (target === undefined) continue;
      for (const stored of database.collection(name).owned(uid)) yield { target, stored };
    }
  }

  function targetOf(collection: string): Target | undefined {
    const resource = deps.catalogue.byName(collection);
    return resource === undefined ? undefined : storedTarget(resource);
  }

  function ownerExists(reference: OwnerReference, namespace: string): boolean {
    const found = deps.catalogue.byKind(reference.apiVersion, reference.kind);
    if (found === undefined) return true; // an unknown kind: nothing can be said
    const key = found.resource.namespaced ? `${namespace}/${reference.name}` : reference.name;
    return database.collection(found.resource.storedAs).get(key)?.uid === reference.uid;
  }

  function releaseDependents(uid: string): void {
    for (const { target, stored } of dependents(uid)) settle(target, stored);
  }

  /** Deletes an object none of whose owners is left, or strikes out those that are not. */
  function settle(target: Target, stored: StoredObject): void {
    const left = stored.owners.filter((owner) => ownerExists(owner, stored.namespace));
    if (left.length === stored.owners.length) return;
    if (left.length > 0) {
      writer.update(target, stored, (live) => withOwners(live, left), options);
      return;
    }
    const finalizers = finalizersOf(target, stored);
    const waits = finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background';
    const propagation = finalizers.includes('orphan') ? 'Orphan' : waits;
    writer.remove(target, stored, { dryRun: false, propagation, preconditions: { uid: stored.uid } });
  }

  function finalizersOf(target: Target, stored: StoredObject): readonly string[] {
    return database.read(target.resource, stored).metadata.finalizers ?? [];
  }

  function checkOwners(task: Task): void {
    const target = targetOf(task.collection);
    const stored = database.collection(task.collection).get(task.key);
    if (target !== undefined && stored?.uid === task.uid) settle(target, stored);
  }

  function finalize(task: Task): void {
    const found = task.key === '' ? waiting.get(task.uid) : task;
    if (found === undefined) return;
    const target = targetOf(found.collection);
    const stored = database.collection(found.collection).get(found.key);
    if (target === undefined || stored?.terminating !== true) return;
    const finalizers = finalizersOf(target, stored);
    if (finalizers.includes('orphan')) orphanDependents(target, stored);
    else if (finalizers.includes('foregroundDeletion')) deleteInForeground(target, stored);
  }

  /** Owners in foreground deletion, by uid, that wait for dependents to go. */
  const waiting = new Map<string, { collection: string; key: string }>();

  function orphanDependents(target: Target, owner: StoredObject): void {
    for (const { target: kind, stored } of dependents(owner.uid)) {
      const others = stored.owners.filter((one) => one.uid !== owner.uid);
      writer.update(kind, stored, (live) => withOwners(live, others), options);
    }
    dropFinalizer(target, owner, 'orphan');
  }

  function deleteInForeground(target: Target, owner: StoredObject): void {
    let blocking = 0;
    for (const { target: kind, stored } of dependents(owner.uid)) {
      const reference = stored.owners.find((one) => one.uid === owner.uid);
      if (reference?.blockOwnerDeletion === true) blocking++;
      if (!stored.terminating) {
        writer.remove(kind, stored, { dryRun: false, propagation: 'Foreground', preconditions: { uid: stored.uid } });
      }
    }
    if (blocking > 0) {
      waiting.set(owner.uid, { collection: target.resource.storedAs, key: owner.key });
      return;
    }
    waiting.delete(owner.uid);
    dropFinalizer(target, owner, 'foregroundDeletion');
  }

  function dropFinalizer(target: Target, stored: StoredObject, name: string): void {
    writer.update(
      target,
      stored,
      (live) => {
        const left = (live.metadata.finalizers ?? []).filter((one) => one !== name);
        if (left.length === 0) delete live.metadata.finalizers;
        else live.metadata.finalizers = left;
        return live;
      },
      options,
    );
  }

  return {
    stop() {
      stopped = true;
      stopListening();
    },
  };
}

function withOwners(live: KubeObject, owners: readonly OwnerReference[]): KubeObject {
  if (owners.length === 0) delete live.metadata.ownerReferences;
  else live.metadata.ownerReferences = structuredClone([...owners]);
  return live;
}

/** A resource through the version it is stored in. */
export function storedTarget(resource: ServedResource): Target | undefined {
  const stored = resource.storedApiVersion.split('/').pop();
  const version = resource.versions.find((one) => one.version === stored) ?? resource.versions[0];
  return version === undefined ? undefined : { resource, version };
}
