import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '@pilothouse/kube';
import { kubeError, type StatusCause } from '../api/kube-error.ts';
import { qualifiedName } from '../catalogue/served-resource.ts';
import { nameSuffix } from './name-suffix.ts';
import { invalidValue, nameProblems } from './object-names.ts';
import type { Target } from './object-writer.ts';
import type { Preconditions } from './write-options.ts';

/** Longest part of generateName that is kept before the suffix. */
const maxGenerateName = 58;

/** metadata.name, or one made from metadata.generateName. */
export function nameFor(target: Target, metadata: ObjectMeta): string {
  const { name, generateName } = metadata;
  if (name !== undefined && name !== '') return name;
  if (generateName !== undefined && generateName !== '')
    return `${generateName.slice(0, maxGenerateName)}${nameSuffix()}`;
  throw kubeError.invalid(target.resource, '', [
    {
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    },
  ]);
}

export function nameCauses(target: Target, name: string): StatusCause[] {
  return nameProblems(qualifiedName(target.resource), name).map((why) => invalidValue('metadata.name', name, why));
}

/** The metadata of a new object: what only the server may set is set afresh. */
export function freshMetadata(given: ObjectMeta, facts: { name: string; namespace: string; now: string }): ObjectMeta {
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

const carriedKeys = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
] as const;

/** Metadata only the server sets stays as it was, whatever an update says. */
export function carriedMetadata(before: ObjectMeta, after: ObjectMeta): ObjectMeta {
  const carried: Record<string, unknown> = { ...after, name: before.name };
  for (const key of carriedKeys) {
    if (before[key] === undefined) delete carried[key];
    else carried[key] = before[key];
  }
  delete carried.selfLink;
  return carried as ObjectMeta;
}

/** Throws 409 when the object is not the one, or not in the state, that the caller has in mind. */
export function checkPreconditions(target: Target, object: KubeObject, wanted: Preconditions | undefined): void {
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

/** managedFields times alone are no change (the API server ignores them for no-op updates). */
export function withoutTimes(object: KubeObject): unknown {
  const entries = object.metadata.managedFields as { time?: string }[] | undefined;
  return {
    ...object,
    metadata: { ...object.metadata, managedFields: entries?.map(({ time: _, ...entry }) => entry) },
  };
}
