import type { KubeObject, OwnerReference } from '@pilothouse/kube';

/**
 * One version of one object as it is held: its JSON once, as bytes, and the few facts that selecting and indexing need. Never changed
 * after it is made, so lists, watch events and history share it.
 */
export type StoredObject = {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: number;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Values of the resource's selectable fields, in their order. */
  readonly fields: readonly string[];
  readonly owners: readonly OwnerReference[];
  readonly terminating: boolean;
  /** `{"metadata":…}`: the object without apiVersion and kind, which differ by the version it is read through. */
  readonly body: Buffer;
};

/** etcd's order: by namespace, then by name. */
export function storageKey(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The bytes after `{"kind":…,"apiVersion":…,` of a whole object. */
export function withHead(body: Buffer, head: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(head.length + body.length - 1);
  head.copy(whole, 0);
  body.copy(whole, head.length, 1);
  return whole;
}

/** `{"kind":"Pod","apiVersion":"v1",`: what stands before a stored body in a whole object. */
export function objectHead(apiVersion: string, kind: string): Buffer {
  return Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`);
}

const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** Serialises what is stored of `object`, metadata first and in the API server's order. */
export function encodeBody(object: KubeObject): Buffer {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const ordered: Record<string, unknown> = {};
  for (const key of metadataOrder) if (metadata[key] !== undefined) ordered[key] = metadata[key];
  for (const key of Object.keys(metadata)) if (!(key in ordered)) ordered[key] = metadata[key];
  return Buffer.from(JSON.stringify({ metadata: ordered, ...rest }), 'utf8');
}

/** Makes the record that is held of `object`. */
export function storedObject(
  object: KubeObject,
  facts: { revision: number; selectable: readonly string[] },
): StoredObject {
  const { metadata } = object;
  const namespace = metadata.namespace ?? '';
  const encoded = encodeBody(object);
  const body = Buffer.allocUnsafeSlow(encoded.length); // its own allocation: a pooled slice would keep 8 KB alive
  encoded.copy(body);
  return {
    key: storageKey(namespace, metadata.name),
    namespace,
    name: metadata.name,
    uid: metadata.uid ?? '',
    revision: facts.revision,
    labels: metadata.labels,
    fields: facts.selectable.length === 0 ? noFields : facts.selectable.map((path) => fieldText(object, path)),
    owners: metadata.ownerReferences ?? noOwners,
    terminating: metadata.deletionTimestamp !== undefined,
    body,
  };
}

const noFields: readonly string[] = [];
const noOwners: readonly OwnerReference[] = [];

function fieldText(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  if (path === 'reportingComponent' && (value === undefined || value === ''))
    value = fieldText(object, 'source.component');
  if (path === 'source') value = (object.source as { component?: string } | undefined)?.component;
  if (value === undefined || value === null)
    return path === 'spec.hostNetwork' || path === 'spec.unschedulable' ? 'false' : '';
  return typeof value === 'object' ? '' : String(value);
}
