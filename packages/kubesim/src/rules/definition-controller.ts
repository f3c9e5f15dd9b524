import { type Clock, isAppError, type Logger } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import { type CustomSpec, customResource, customSpecOf } from '../catalogue/custom-resource.ts';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import { qualifiedName } from '../catalogue/served-resource.ts';
import type { Database } from '../storage/database.ts';
import { storedTarget } from './garbage-collector.ts';
import type { ObjectWriter } from './object-writer.ts';
import { cleanupFinalizer } from './server-fields.ts';
import { writeOptions } from './write-options.ts';

export type DefinitionControllerDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  writer: ObjectWriter;
  clock: Clock;
  logger: Logger;
};

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';

type Condition = { type: string; status: string; lastTransitionTime: string; reason: string; message: string };

/** Serves what CRDs define, tells them so in their status, and empties and drops their kinds when they go. */
export function createDefinitionController(deps: DefinitionControllerDeps): { stop(): void } {
  const { database, catalogue, writer } = deps;
  const dirty = new Set<string>();
  let scheduled = false;

  const stop = database.listen((event) => {
    if (event.collection === definitions) {
      if (event.type === 'DELETED') catalogue.remove(event.object.name);
      else mark(event.object.name);
    } else if (event.type === 'DELETED' && database.collection(definitions).get(event.collection)?.terminating) {
      mark(event.collection);
    }
  });

  function mark(name: string): void {
    dirty.add(name);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const names = [...dirty];
      dirty.clear();
      for (const one of names) {
        try {
          reconcile(one);
        } catch (error) {
          if (!isAppError(error)) deps.logger.error('Serving a custom resource failed', { error, definition: one });
        }
      }
    });
  }

  function reconcile(name: string): void {
    const resource = catalogue.byName(definitions);
    const stored = database.collection(definitions).get(name);
    const target = resource && storedTarget(resource);
    if (resource === undefined || stored === undefined || target === undefined) return;
    const definition = database.read(resource, stored);
    if (stored.terminating) {
      if (!empty(name)) return;
      writer.update(target, stored, withoutFinalizer, writeOptions({ manager: 'kube-apiserver' }));
      return;
    }
    const spec = customSpecOf(definition);
    const conflict = conflictOf(spec, name);
    if (conflict === undefined) catalogue.put(customResource(definition));
    writer.update(
      target,
      stored,
      (live) => {
        live.status = statusOf(live, spec, {
          conflict,
          now: `${new Date(deps.clock.now()).toISOString().slice(0, 19)}Z`,
        });
        return live;
      },
      writeOptions({ manager: 'kube-apiserver', subresource: 'status' }),
    );
  }

  /** Another resource of the group that already goes by one of these names. */
  function conflictOf(spec: CustomSpec, name: string): string | undefined {
    for (const other of catalogue.all()) {
      if (other.group !== spec.group || qualifiedName(other) === name) continue;
      if (other.kind === spec.names.kind) return `${JSON.stringify(spec.names.kind)} is already in use`;
      if (other.plural === spec.names.plural) return `${JSON.stringify(spec.names.plural)} is already in use`;
    }
    return undefined;
  }

  /** Deletes what is left of a kind; true when nothing is. */
  function empty(name: string): boolean {
    const resource = catalogue.byName(name);
    const target = resource && storedTarget(resource);
    if (target === undefined) return true;
    for (const stored of database.collection(name).values()) {
      if (!stored.terminating) writer.remove(target, stored, { dryRun: false, propagation: 'Background' });
    }
    return database.collection(name).size === 0;
  }

  return { stop };
}

function withoutFinalizer(live: KubeObject): KubeObject {
  const left = (live.metadata.finalizers ?? []).filter((one) => one !== cleanupFinalizer);
  if (left.length === 0) delete live.metadata.finalizers;
  else live.metadata.finalizers = left;
  return live;
}

function statusOf(live: KubeObject, spec: CustomSpec, facts: { conflict: string | undefined; now: string }): unknown {
  const before = (live.status ?? {}) as { conditions?: Condition[]; storedVersions?: string[] };
  const storage = spec.versions.find((version) => version.storage)?.name;
  const kept = before.storedVersions ?? [];
  const accepted = facts.conflict === undefined;
  const condition = (type: string, reason: string, message: string): Condition => {
    const status = accepted ? 'True' : 'False';
    const old = before.conditions?.find((one) => one.type === type);
    return {
      type,
      status,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : facts.now,
      reason,
      message,
    };
  };
  return {
    ...before,
    conditions: [
      condition(
        'NamesAccepted',
        accepted ? 'NoConflicts' : 'KindConflict',
        accepted ? 'no conflicts found' : (facts.conflict ?? ''),
      ),
      condition(
        'Established',
        accepted ? 'InitialNamesAccepted' : 'NotAccepted',
        accepted ? 'the initial names have been accepted' : 'not all names are accepted',
      ),
    ],
    acceptedNames: spec.names,
    storedVersions: storage === undefined || kept.includes(storage) ? kept : [...kept, storage],
  };
}
