import type { ObjectMeta } from '../kube-object.ts';

/** The type Kubernetes gives each field of metadata that readers rely on (meta/v1 ObjectMeta). */
const fieldTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  namespace: isString,
  uid: isString,
  resourceVersion: isString,
  generateName: isString,
  creationTimestamp: isString,
  deletionTimestamp: isString,
  generation: (value) => typeof value === 'number',
  deletionGracePeriodSeconds: (value) => typeof value === 'number',
  labels: isTextMap,
  annotations: isTextMap,
  finalizers: (value) => Array.isArray(value) && value.every(isString),
  ownerReferences: (value) => Array.isArray(value) && value.every(isOwner),
};

/** Removes fields of another type than Kubernetes gives them (`creationTimestamp: null` of old servers among them). */
export function dropIllTyped(metadata: ObjectMeta): void {
  for (const field in metadata) {
    const isRight = fieldTypes[field];
    if (isRight && !isRight(metadata[field])) delete metadata[field];
  }
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const key in value) if (typeof (value as Record<string, unknown>)[key] !== 'string') return false;
  return true;
}

function isOwner(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const owner = value as Record<string, unknown>;
  return isString(owner.uid) && isString(owner.name) && isString(owner.kind) && isString(owner.apiVersion);
}
