import type { Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import { kubeError, type StatusCause } from '../api/kube-error.ts';
import type { ManagedFields } from '../apply/managed-fields.ts';
import { apiVersionIn, type ServedResource, type ServedVersion } from '../catalogue/served-resource.ts';
import { conform } from '../schema/conform.ts';
import type { Database } from '../storage/database.ts';
import { storageKey } from '../storage/stored-object.ts';
import { jsonEqual } from './json-equal.ts';
import {
  carriedMetadata,
  checkPreconditions,
  freshMetadata,
  nameCauses,
  nameFor,
  withoutTimes,
} from './object-metadata.ts';
import { type ObjectRules, withoutStatus } from './object-rules.ts';
import { type RemovalOptions, type WriteOptions, writeOptions } from './write-options.ts';

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
  clock: Clock;
  rules: ObjectRules;
  managedFields: ManagedFields;
};

const silent = writeOptions();

/**
 * The one path by which objects change, for HTTP requests and for the simulated controllers alike. Each write runs in one synchronous turn,
 * in the API server's order: decode, default, note who manages what, set server fields, validate, store.
 */
export function createObjectWriter(deps: ObjectWriterDeps): ObjectWriter {
  const { database, clock, rules, managedFields } = deps;
  const timestamp = () => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  const find = ({ resource }: Target, ref: ObjectKeyRef) =>
    database.collection(resource.storedAs).get(storageKey(ref.namespace, ref.name));

  function live(target: Target, ref: ObjectKeyRef) {
    const stored = find(target, ref);
    if (stored === undefined) throw kubeError.notFound(target.resource, ref.name);
    return stored;
  }

  function requireNamespace({ resource }: Target, namespace: string): void {
    if (!resource.namespaced || database.collection('namespaces').get(namespace) !== undefined) return;
    throw kubeError.notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  }

  function refuseInTerminating({ resource }: Target, object: KubeObject): void {
    if (!resource.namespaced || resource.storedAs === 'events') return;
    const namespace = object.metadata.namespace ?? '';
    if (database.collection('namespaces').get(namespace)?.terminating !== true) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw kubeError.forbidden(resource, object.metadata.name, why);
  }

  function create(target: Target, given: KubeObject, options: WriteOptions): KubeObject {
    if (given.metadata.resourceVersion) {
      throw kubeError.badRequest('resourceVersion should not be set on objects to be created');
    }
    const name = nameFor(target, given.metadata);
    const namespace = target.resource.namespaced ? (given.metadata.namespace ?? '') : '';
    requireNamespace(target, namespace);
    const now = timestamp();
    const object = toStored(target, conformed(target, withoutStatus(target.resource, given), options));
    object.metadata = freshMetadata(object.metadata, { name, namespace, now });
    rules.fillDefaults(target.resource, object);
    managedFields.onUpdate({
      target,
      before: undefined,
      after: object,
      manager: options.manager,
      now,
      subresource: '',
    });
    return insert(target, object, options);
  }

  /** The first write of a server-side apply; managedFields are already those of the applier. */
  function createApplied(target: Target, applied: KubeObject, options: WriteOptions): KubeObject {
    const namespace = target.resource.namespaced ? (applied.metadata.namespace ?? '') : '';
    requireNamespace(target, namespace);
    const object = toStored(target, conformed(target, withoutStatus(target.resource, applied), silent));
    const { managedFields: kept, name } = object.metadata;
    object.metadata = freshMetadata(object.metadata, { name, namespace, now: timestamp() });
    if (kept !== undefined) object.metadata.managedFields = kept;
    rules.fillDefaults(target.resource, object);
    return insert(target, object, options);
  }

  function insert(target: Target, object: KubeObject, options: WriteOptions): KubeObject {
    const { resource } = target;
    const { name } = object.metadata;
    rules.prepareCreate(resource, object);
    failIf(target, name, [...nameCauses(target, name), ...rules.validate(resource, object, undefined)]);
    refuseInTerminating(target, object);
    if (find(target, { namespace: object.metadata.namespace ?? '', name }) !== undefined) {
      throw kubeError.alreadyExists(resource, name);
    }
    if (!options.dryRun) database.put(resource, object);
    return fromStored(target, object);
  }

  /** `applied` says that managedFields are already those of a server-side apply. */
  function replace(
    target: Target,
    states: { before: KubeObject; wanted: KubeObject; applied: boolean },
    options: WriteOptions,
  ): KubeObject {
    const { resource, version } = target;
    const { before } = states;
    const { subresource, manager } = options;
    const after = toStored(target, states.wanted);
    checkIdentity(before, after);
    checkPreconditions(target, before, after.metadata);
    after.metadata = carriedMetadata(before.metadata, after.metadata);
    const context = { resource, version, before, after, subresource };
    rules.keepOtherHalf(context);
    rules.fillDefaults(resource, after);
    if (!states.applied) managedFields.onUpdate({ target, before, after, manager, now: timestamp(), subresource });
    rules.prepareUpdate(context);
    failIf(target, before.metadata.name, rules.validate(resource, after, before, subresource));
    after.metadata.resourceVersion = before.metadata.resourceVersion ?? '';
    if (jsonEqual(withoutTimes(before), withoutTimes(after))) return fromStored(target, before);
    if (options.dryRun) return fromStored(target, after);
    if (finishesRemoval(resource, after)) database.remove(resource, after);
    else database.put(resource, after);
    return fromStored(target, after);
  }

  return {
    create,
    get: (target, ref) => fromStored(target, database.read(target.resource, live(target, ref))),
    update(target, ref, change, options) {
      const stored = live(target, ref);
      const before = database.copy(target.resource, stored);
      const changed = change(fromStored(target, database.copy(target.resource, stored)));
      return replace(target, { before, wanted: conformed(target, changed, options), applied: false }, options);
    },
    apply(target, ref, given, options) {
      const config = checkedConfig(target, given, options);
      const stored = find(target, ref);
      const now = timestamp();
      if (stored === undefined) {
        refuseForeignUid(target, config);
        const object = managedFields.onApply({ target, live: undefined, config, options, now });
        return { object: createApplied(target, object, options), created: true };
      }
      const before = database.copy(target.resource, stored);
      const seen = fromStored(target, database.copy(target.resource, stored));
      const wanted = conformed(target, managedFields.onApply({ target, live: seen, config, options, now }), silent);
      return { object: replace(target, { before, wanted, applied: true }, options), created: false };
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
}

function toStored({ resource, version }: Target, object: KubeObject): KubeObject {
  const stored = version.convert?.toStored(object) ?? object;
  return stored.apiVersion === resource.storedApiVersion
    ? stored
    : { ...stored, apiVersion: resource.storedApiVersion };
}

function fromStored({ resource, version }: Target, object: KubeObject): KubeObject {
  const seen = version.convert?.fromStored(object) ?? object;
  const apiVersion = apiVersionIn(resource.group, version.version);
  return seen.apiVersion === apiVersion ? seen : { ...seen, apiVersion };
}

/** In the shape of its schema, sharing nothing with `object`. */
function conformed({ resource, version }: Target, object: KubeObject, options: WriteOptions): KubeObject {
  return conform(version.schema(), object, { ...options, keep: resource.custom });
}

/** An applied configuration is judged like any object but kept as written: what it says is what the applier owns. */
function checkedConfig(target: Target, object: KubeObject, options: WriteOptions): KubeObject {
  conformed(target, object, options);
  return conform(target.version.schema(), object, { ...silent, keep: true });
}

function refuseForeignUid(target: Target, config: KubeObject): void {
  const { uid, name } = config.metadata;
  if (uid === undefined) return;
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw kubeError.conflict(target.resource, name, why);
}

function failIf(target: Target, name: string, causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw kubeError.invalid(target.resource, name, causes);
}

function checkIdentity(before: KubeObject, after: KubeObject): void {
  const same = after.metadata.name === before.metadata.name;
  if (same && (after.metadata.namespace ?? '') === (before.metadata.namespace ?? '')) return;
  throw kubeError.badRequest(
    `the name of the object (${after.metadata.name}) does not match the name on the URL (${before.metadata.name})`,
  );
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
