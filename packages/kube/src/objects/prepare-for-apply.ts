import type { KubeObject, ObjectMeta } from '../kube-object.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What the API server sets by itself; sending it back claims fields that are not ours or ties the write to an old version. */
const serverSet: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
]);

/** A copy of an object as a person would write it: without status and without what the server sets. The input is left as it is. */
export function prepareForApply(object: KubeObject): KubeObject {
  const { status: _, metadata, ...rest } = object;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([field]) => !serverSet.has(field))) as ObjectMeta;
  if (kept.annotations) {
    const { [lastApplied]: __, ...annotations } = kept.annotations;
    if (Object.keys(annotations).length > 0) kept.annotations = annotations;
    else delete kept.annotations;
  }
  const { apiVersion, kind, ...fields } = rest;
  return structuredClone({ apiVersion, kind, metadata: kept, ...fields }) as KubeObject;
}
