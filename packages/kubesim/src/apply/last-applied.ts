import type { KubeObject } from '@pilothouse/kube';
import type { Schema } from '../schema/schema.ts';
import { fieldsOf } from './field-changes.ts';
import { type FieldSet, noFields } from './field-set.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The fields an earlier client-side `kubectl apply` set: `kubectl apply --server-side` may take them over without a conflict. */
export function lastAppliedFields(schema: Schema, live: KubeObject): FieldSet {
  const text = live.metadata.annotations?.[annotation];
  if (text === undefined) return noFields;
  try {
    return fieldsOf(schema, JSON.parse(text));
  } catch {
    return noFields;
  }
}

/** Keeps the annotation of an object that has one in step, so that client-side apply can still take over again. */
export function withLastApplied(object: KubeObject, config: KubeObject): KubeObject {
  if (object.metadata.annotations?.[annotation] === undefined) return object;
  const { annotations, ...metadata } = config.metadata;
  const { [annotation]: _, ...others } = annotations ?? {};
  const applied = {
    ...config,
    metadata: Object.keys(others).length === 0 ? metadata : { ...metadata, annotations: others },
  };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [annotation]: `${JSON.stringify(applied)}\n` },
    },
  };
}
