import { randomUUID } from 'node:crypto';
import type { Clock } from '@pilothouse/core';
import type { KubeObject, ObjectMeta } from '@pilothouse/kube';
import { kubeError, type StatusCause } from '../api/kube-error.ts';
import type { ManagedFields } from '../apply/managed-fields.ts';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import { qualifiedName, type ServedResource, type ServedVersion } from '../catalogue/served-resource.ts';
import { conform } from '../schema/conform.ts';
import type { Database } from '../storage/database.ts';
import { storageKey } from '../storage/stored-object.ts';
import { jsonEqual } from './json-equal.ts';
import { nameSuffix } from './name-suffix.ts';
import { nameProblems } from './object-names.ts';
import { type ObjectRules, withoutStatus } from './object-rules.ts';
import { type Preconditions, type RemovalOptions, type WriteOptions, writeOptions } from './write-options.ts';

const silent = writeOptions();

/** One resource seen through one version. */
export type Target = { resource: ServedResource; version: ServedVersion };
export type ObjectKeyRef = { namespace: string; name: string };

export type ObjectWriter = {
  /** `object` is in the target's version; so is what returns. */
  create(target: Target, object: KubeObject, options: WriteOptions): KubeObject;
  /** `change` gets a mutable copy in the target's version and returns the wanted state. Returns the object as it stands after. */
  update(
    target: Target,
    ref: ObjectKeyRef,
    change: (live: KubeObject) => KubeObject,
    options: WriteOptions,
  ): KubeObject;
  /** Server-side apply; creates the object when absent. */
  apply(
    target: Target,
    ref: ObjectKeyRef,
    config: KubeObject,
    options: WriteOptions,
  ): { object: KubeObject; created: boolean };
  /** Deletes, or begins to: `gone` is false while a grace period or finalizers keep the object. */
  remove(target: Target, ref: ObjectKeyRef, options: RemovalOptions): { object: KubeObject; gone: boolean };
  get(target: Target, ref: ObjectKeyRef): KubeObject;
};

export type ObjectWriterDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  clock: Clock;
  rules: ObjectRules;
  managedFields: ManagedFields;
};

/** The one path by which objects change, for HTTP requests and for the simulated controllers alike. */
export function createObjectWriter(deps: ObjectWriterDeps): ObjectWriter {
  const { database, clock, rules, managedFields } = deps;
  const timestamp = () => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;

  function toStored(target: Target, object: KubeObject): KubeObject {
    const stored = target.version.convert?.toStored(object) ?? object;
    return stored.apiVersion === target.resource.storedApiVersion
      ? stored
      : { ...stored, apiVersion: target.resource.storedApiVersion };
  }

  function fromStored(target: Target, object: KubeObject): KubeObject {
    const seen = target.version.convert?.fromStored(object) ?? object;
    const apiVersion =
      target.resource.group === '' ? target.version.version : `${target.resource.group}/${target.version.version}`;
    return seen.apiVersion === apiVersion ? seen : { ...seen, apiVersion };
  }

  /** In the shape of its schema, sharing nothing with `object`. */
  function conformed(target: Target, object: KubeObject, options: WriteOptions): KubeObject {
    return conform(target.version.schema(), object, { ...options, keep: target.resource.custom });
  }

  /** An applied configuration is judged like any object but kept as written: what it says is what the applier owns. */
  function checkedConfig(target: Target, object: KubeObject, options: WriteOptions): KubeObject {
    conform(target.version.schema(), object, { ...options, keep: target.resource.custom });
    return conform(target.version.schema(), object, { ...silent, keep: true });
  }

  function live(target: Target, ref: ObjectKeyRef) {
    const stored = database.collection(target.resource.storedAs).get(storageKey(ref.namespace, ref.name));
    if (stored === undefined) throw kubeError.notFound(target.resource, ref.name);
    return stored;
  }

  function failIf(target: Target, name: string, causes: readonly StatusCause[]): void {
    if (causes.length > 0) throw kubeError.invalid(target.resource, name, causes);
  }

  function requireNamespace(target: Target, namespace: string): void {
    if (!target.resource.namespaced) return;
    const found = database.collection('namespaces').get(namespace);
    if (found === undefined) {
      throw kubeError.notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
    }
  }

  function refuseInTerminating(target: Target, object: KubeObject): void {
    if (!target.resource.namespaced || target.resource.storedAs === 'events') return;
    const namespace = object.metadata.namespace ?? '';
    if (database.collection('namespaces').get(namespace)?.terminating !== true) return;
    throw kubeError.forbidden(
      target.resource,
      object.metadata.name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }

  function newName(target: Target, object: KubeObject): string {
    const { name, generateName } = object.metadata;
    if (name !== undefined && name !== '') return name;
    if (generateName === undefined || generateName === '') {
      throw kubeError.invalid(target.resource, '', [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: name or generateName is required',
          field: 'metadata.name',
        },
      ]);
    }
    return `${generateName.slice(0, 58)}${nameSuffix()}`;
  }

  function create(target: Target, given: KubeObject, options: WriteOptions): KubeObject {
    const { resource } = target;
    if (given.metadata.resourceVersion) {
      throw kubeError.badRequest('resourceVersion should not be set on objects to be created');
    }
    const name = newName(target, given);
    const namespace = resource.namespaced ? (given.metadata.namespace ?? '') : '';
    requireNamespace(target, namespace);
    const object = toStored(target, conformed(target, withoutStatus(resource, given), options));
    object.metadata = freshMetadata(object.metadata, { name, namespace, now: timestamp() });
    rules.prepareCreate(resource, object);
    const problems = nameProblems(qualifiedName(resource), name);
    failIf(target, name, [
      ...problems.map((why) => ({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(name)}: ${why}`,
        field: 'metadata.name',
      })),
      ...rules.validate(resource, object, undefined),
    ]);
    refuseInTerminating(target, object);
    if (database.collection(resource.storedAs).get(storageKey(namespace, name)) !== undefined) {
      throw kubeError.alreadyExists(resource, name);
    }
    managedFields.onUpdate({
      target,
      before: undefined,
      after: object,
      manager: options.manager,
      now: timestamp(),
      subresource: '',
    });
    if (options.dryRun) return fromStored(target, object);
    database.put(resource, object);
    return fromStored(target, object);
  }

  function write(
    target: Target,
    before: KubeObject,
    wanted: KubeObject,
    options: WriteOptions & { applied?: boolean },
  ): KubeObject {
    const { resource } = target;
    const name = before.metadata.name;
    const after = toStored(target, wanted);
    if (after.metadata.name !== name || (after.metadata.namespace ?? '') !== (before.metadata.namespace ?? '')) {
      throw kubeError.badRequest(
        `the name of the object (${after.metadata.name}) does not match the name on the URL (${name})`,
      );
    }
    checkPreconditions(target, before, { uid: after.metadata.uid, resourceVersion: after.metadata.resourceVersion });
    after.metadata = carriedMetadata(before.metadata, after.metadata);
    rules.prepareUpdate({ resource, version: target.version, before, after, subresource: options.subresource });
    failIf(target, name, rules.validate(resource, after, before, options.subresource));
    if (!options.applied) {
      managedFields.onUpdate({
        target,
        before,
        after,
        manager: options.manager,
        now: timestamp(),
        subresource: options.subresource,
      });
    }
    after.metadata.resourceVersion = before.metadata.resourceVersion ?? '';
    if (jsonEqual(withoutTimes(before), withoutTimes(after))) return fromStored(target, before);
    if (options.dryRun) return fromStored(target, after);
    if (finishesRemoval(resource, after)) database.remove(resource, after);
    else database.put(resource, after);
    return fromStored(target, after);
  }

  function checkPreconditions(target: Target, object: KubeObject, wanted: Preconditions | undefined): void {
    const { name, uid, resourceVersion } = object.metadata;
    if (wanted?.uid !== undefined && wanted.uid !== '' && wanted.uid !== uid) {
      throw kubeError.conflict(
        target.resource,
        name,
        `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`,
      );
    }
    const version = wanted?.resourceVersion;
    if (version !== undefined && version !== '' && version !== '0' && version !== resourceVersion) {
      throw kubeError.conflict(target.resource, name);
    }
  }

  return {
    create,
    get: (target, ref) => fromStored(target, database.read(target.resource, live(target, ref))),
    update(target, ref, change, options) {
      const before = database.copy(target.resource, live(target, ref));
      const wanted = change(fromStored(target, database.copy(target.resource, live(target, ref))));
      return write(target, before, conformed(target, wanted, options), options);
    },
    apply(target, ref, given, options) {
      const config = checkedConfig(target, given, options);
      const stored = database.collection(target.resource.storedAs).get(storageKey(ref.namespace, ref.name));
      if (stored === undefined) {
        if (config.metadata.uid !== undefined) {
          throw kubeError.conflict(
            target.resource,
            ref.name,
            `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`,
          );
        }
        requireNamespace(target, ref.namespace);
        const object = managedFields.onApply({ target, live: undefined, config, options, now: timestamp() });
        return { object: createApplied(target, object, options), created: true };
      }
      const before = database.copy(target.resource, stored);
      const seen = fromStored(target, database.copy(target.resource, stored));
      const object = managedFields.onApply({ target, live: seen, config, options, now: timestamp() });
      return {
        object: write(target, before, conformed(target, object, silent), { ...options, applied: true }),
        created: false,
      };
    },
    remove(target, ref, options) {
      const { resource } = target;
      const stored = live(target, ref);
      const object = database.copy(resource, stored);
      checkPreconditions(target, object, options.preconditions);
      const plan = rules.planRemoval(resource, object, { ...options, now: clock.now() });
      if (options.dryRun) return { object: fromStored(target, plan.object), gone: plan.gone };
      if (plan.gone) database.remove(resource, plan.object);
      else if (!jsonEqual(plan.object, database.read(resource, stored))) database.put(resource, plan.object);
      return { object: fromStored(target, plan.object), gone: plan.gone };
    },
  };

  function createApplied(target: Target, object: KubeObject, options: WriteOptions): KubeObject {
    const { resource } = target;
    const stored = toStored(target, conformed(target, withoutStatus(resource, object), silent));
    const namespace = resource.namespaced ? (stored.metadata.namespace ?? '') : '';
    const kept = stored.metadata.managedFields;
    stored.metadata = freshMetadata(stored.metadata, { name: stored.metadata.name, namespace, now: timestamp() });
    if (kept !== undefined) stored.metadata.managedFields = kept;
    rules.prepareCreate(resource, stored);
    failIf(target, stored.metadata.name, [
      ...nameProblems(qualifiedName(resource), stored.metadata.name).map((why) => ({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(stored.metadata.name)}: ${why}`,
        field: 'metadata.name',
      })),
      ...rules.validate(resource, stored, undefined),
    ]);
    refuseInTerminating(target, stored);
    if (!options.dryRun) database.put(resource, stored);
    return fromStored(target, stored);
  }
}

/** A terminating object whose last finalizer was just taken away goes, unless a grace period still runs. */
function finishesRemoval(resource: ServedResource, object: KubeObject): boolean {
  const { deletionTimestamp, finalizers, deletionGracePeriodSeconds } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers ?? []).length > 0) return false;
  if (resource.storedAs === 'namespaces') {
    return ((object.spec as { finalizers?: unknown[] } | undefined)?.finalizers ?? []).length === 0;
  }
  return (deletionGracePeriodSeconds ?? 0) === 0;
}

function freshMetadata(given: ObjectMeta, facts: { name: string; namespace: string; now: string }): ObjectMeta {
  const {
    resourceVersion: _version,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    selfLink: _link,
    managedFields: _managed,
    namespace: _namespace,
    ...rest
  } = given;
  return {
    ...rest,
    name: facts.name,
    ...(facts.namespace === '' ? {} : { namespace: facts.namespace }),
    uid: randomUUID(),
    creationTimestamp: facts.now,
  };
}

/** Metadata only the server sets stays as it was, whatever an update says. */
function carriedMetadata(before: ObjectMeta, after: ObjectMeta): ObjectMeta {
  const carried: ObjectMeta = { ...after, name: before.name };
  for (const key of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'generateName',
  ] as const) {
    if (before[key] === undefined) delete carried[key];
    else (carried as Record<string, unknown>)[key] = before[key];
  }
  delete carried.selfLink;
  return carried;
}

/** managedFields times alone are no change (the API server ignores them for no-op updates). */
function withoutTimes(object: KubeObject): unknown {
  const entries = object.metadata.managedFields as { time?: string }[] | undefined;
  return {
    ...object,
    metadata: { ...object.metadata, managedFields: entries?.map(({ time: _, ...entry }) => entry) },
  };
}
