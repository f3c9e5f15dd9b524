import { stringify } from 'yaml';
import { asObject, type JsonObject } from './kube-shape.ts';

const first = ['apiVersion', 'kind', 'metadata', 'spec', 'data', 'stringData'];

/** YAML as kubectl writes it, the parts people look for first on top and the status last. */
export function manifestText(object: unknown): string {
  return stringify(ordered(asObject(object)), { lineWidth: 0, aliasDuplicateObjects: false });
}

function ordered(object: JsonObject): JsonObject {
  const { status, ...rest } = object;
  const entries = Object.entries(rest);
  const lead = first.flatMap((name) => entries.filter(([key]) => key === name));
  const others = entries.filter(([key]) => !first.includes(key));
  return Object.fromEntries([...lead, ...others, ...(status === undefined ? [] : [['status', status] as const])]);
}

/** Written by the cluster, not by people: applying them would be refused or mean nothing. */
const serverFields = [
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** What of an object a person edits. The uid stays: it keeps the edit from landing on another object of the same name. */
export function editableText(object: unknown): string {
  const { status: _status, ...rest } = asObject(object);
  const metadata = Object.fromEntries(
    Object.entries(asObject(rest.metadata)).filter(([key]) => !serverFields.includes(key)),
  );
  return manifestText({ ...rest, metadata });
}
