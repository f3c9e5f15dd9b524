import { isAppError, type Logger } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { Database } from '../storage/database.ts';
import { storedTarget } from './garbage-collector.ts';
import type { ObjectWriter, Target } from './object-writer.ts';
import { writeOptions } from './write-options.ts';

export type NamespaceTerminatorDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  writer: ObjectWriter;
  logger: Logger;
};

const options = writeOptions({ manager: 'kube-controller-manager' });

/** Empties terminating namespaces and lets them go once nothing is left in them: the namespace controller. */
export function createNamespaceTerminator(deps: NamespaceTerminatorDeps): { stop(): void } {
  const { database, catalogue, writer } = deps;
  const terminating = new Set<string>();
  let scheduled = false;

  const stop = database.listen((event) => {
    const { object } = event;
    if (event.collection === 'namespaces') {
      if (event.type === 'DELETED') terminating.delete(object.name);
      else if (object.terminating) wake(object.name);
    } else if (event.type === 'DELETED' && terminating.has(object.namespace)) wake(object.namespace);
  });

  function wake(namespace: string): void {
    terminating.add(namespace);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      for (const name of [...terminating]) {
        try {
          step(name);
        } catch (error) {
          if (!isAppError(error)) deps.logger.error('Emptying a namespace failed', { error, namespace: name });
        }
      }
    });
  }

  function step(namespace: string): void {
    let left = 0;
    for (const name of [...database.names()]) {
      const resource = catalogue.byName(name);
      if (resource?.namespaced !== true) continue;
      const target = storedTarget(resource);
      if (target === undefined) continue;
      for (const stored of database.collection(name).values(namespace)) {
        left++;
        if (!stored.terminating) tryRemove(target, { namespace, name: stored.name });
      }
    }
    if (left === 0) release(namespace);
    else if (remaining(namespace) === 0) release(namespace);
  }

  function tryRemove(target: Target, ref: { namespace: string; name: string }): void {
    try {
      writer.remove(target, ref, { dryRun: false, propagation: 'Background' });
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
  }

  function remaining(namespace: string): number {
    let count = 0;
    for (const name of database.names()) {
      if (catalogue.byName(name)?.namespaced === true) count += database.collection(name).values(namespace).length;
    }
    return count;
  }

  /** Takes the `kubernetes` entry off spec.finalizers, which ends the namespace unless others hold it. */
  function release(name: string): void {
    const resource = catalogue.byName('namespaces');
    const target = resource === undefined ? undefined : storedTarget(resource);
    if (target === undefined) return;
    writer.update(
      target,
      { namespace: '', name },
      (live: KubeObject) => {
        const spec = (live.spec ?? {}) as { finalizers?: string[] };
        live.spec = { ...spec, finalizers: (spec.finalizers ?? []).filter((one) => one !== 'kubernetes') };
        return live;
      },
      { ...options, subresource: 'finalize' },
    );
  }

  return { stop };
}
