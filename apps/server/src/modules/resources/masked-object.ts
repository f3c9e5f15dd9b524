import type { KubeObject } from '@pilothouse/kube';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What stands in place of a Secret's value: its size in bytes, as the watch cache keeps it. */
function sizeOf(value: unknown, encoding: 'base64' | 'utf8'): number {
  return typeof value === 'string' ? Buffer.from(value, encoding).length : Number(value) || 0;
}

function sizesOf(values: unknown, encoding: 'base64' | 'utf8'): Record<string, number> {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, sizeOf(value, encoding)]));
}

export function isSecret(object: KubeObject): boolean {
  return object.kind === 'Secret' && object.apiVersion === 'v1';
}

/**
 * An object read from the cluster as it may be shown: without the values of a Secret, and without the annotation in which kubectl keeps
 * a copy of everything that was applied, values included.
 */
export function maskObject(object: KubeObject): KubeObject {
  const annotations = object.metadata.annotations;
  const hasCopy = annotations?.[lastApplied] !== undefined;
  if (!hasCopy && !isSecret(object)) return object;
  const { [lastApplied]: _, ...otherAnnotations } = annotations ?? {};
  const masked: KubeObject = {
    ...object,
    metadata: hasCopy ? { ...object.metadata, annotations: otherAnnotations } : object.metadata,
  };
  if (!isSecret(object)) return masked;
  if (object.data !== undefined) masked.data = sizesOf(object.data, 'base64');
  if (object.stringData !== undefined) masked.stringData = sizesOf(object.stringData, 'utf8');
  return masked;
}

export function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Two versions of an object for a comparison: of a Secret's values only their sizes are left, and whether they differ. */
export function maskPair(before: KubeObject | undefined, after: KubeObject): [KubeObject | undefined, KubeObject] {
  if (!isSecret(after)) return [before && maskObject(before), maskObject(after)];
  const old = valuesOf(before);
  const shown = (values: Record<string, unknown>, isAfter: boolean) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        const differs = isAfter && before !== undefined && old[key] !== undefined && old[key] !== value;
        return [key, `(${sizeOf(value, 'base64')} bytes${differs ? ', changed' : ''})`];
      }),
    );
  const mask = (object: KubeObject, isAfter: boolean): KubeObject => {
    const { data, stringData: _, ...rest } = maskObject(object);
    return data === undefined
      ? (rest as KubeObject)
      : ({ ...rest, data: shown(valuesOf(object), isAfter) } as KubeObject);
  };
  return [before && mask(before, false), mask(after, true)];
}

function valuesOf(secret: KubeObject | undefined): Record<string, unknown> {
  const data = secret?.data;
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}
