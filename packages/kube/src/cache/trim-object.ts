import type { KubeObject } from '../kube-object.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What a cache keeps of an object, changed in place: no managedFields, no last-applied annotation, and of a Secret the sizes of its
 * values in bytes in place of the values. The reader of bytes has usually left the first two out already.
 */
export function trimObject(object: KubeObject): KubeObject {
  const { metadata } = object;
  if (metadata.managedFields !== undefined) {
    const { managedFields: _, ...rest } = metadata;
    object.metadata = rest;
  }
  if (metadata.annotations?.[lastApplied] !== undefined) {
    const { [lastApplied]: _, ...rest } = metadata.annotations;
    object.metadata.annotations = rest;
  }
  if (object.kind === 'Secret' && object.apiVersion === 'v1') hideSecretValues(object);
  return object;
}

function hideSecretValues(secret: KubeObject): void {
  if (secret.data !== undefined) secret.data = sizesOf(secret.data, base64Size);
  if (secret.stringData !== undefined)
    secret.stringData = sizesOf(secret.stringData, (text) => Buffer.byteLength(text));
}

function sizesOf(values: unknown, sizeOf: (text: string) => number): Record<string, number> {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? sizeOf(value) : 0]),
  );
}

function base64Size(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((text.length * 3) / 4) - padding);
}
