import { readFileSync } from 'node:fs';
import { isAppError } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import { parseAllDocuments } from 'yaml';
import type { ObjectStorePort } from '../object-store-port.ts';

/** Who the demo's manifests are said to come from in managedFields. */
const manager = 'helm';
const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The documents of YAML files of this folder, e.g. `shop/data.yaml`, in their order. */
export function readManifests(...paths: string[]): KubeObject[] {
  return paths.flatMap((path) => {
    const text = readFileSync(new URL(path, import.meta.url), 'utf8');
    return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  });
}

/** Writes `(-26h)`, `(+46d)` and the like in string values as times around `now` (milliseconds since the epoch). */
export function withTimes<T>(value: T, now: number): T {
  if (typeof value === 'string') {
    const parts = /^\(([-+]\d+)([mhd])\)$/.exec(value);
    if (parts === null) return value;
    const at = now + Number(parts[1]) * (units[parts[2] ?? ''] ?? 0);
    return `${new Date(at).toISOString().slice(0, 19)}Z` as T;
  }
  if (Array.isArray(value)) return value.map((one) => withTimes(one, now)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, withTimes(held, now)])) as T;
}

/** Creates what a manifest says, or updates it to that; a status in it is written after. */
export function applyManifest(store: ObjectStorePort, manifest: KubeObject): KubeObject {
  const resource = resourceOf(store, manifest);
  const { status, ...wanted } = manifest;
  const applied = createOrUpdate(store, resource, wanted as KubeObject, status);
  if (status === undefined) return applied;
  const ref = { namespace: applied.metadata.namespace, name: applied.metadata.name };
  const change = (draft: KubeObject) => {
    draft.status = status;
  };
  return store.update(resource, ref, change, { subresource: 'status', manager }) ?? applied;
}

function createOrUpdate(store: ObjectStorePort, resource: string, manifest: KubeObject, status: unknown): KubeObject {
  try {
    return store.create(resource, status === undefined ? manifest : { ...manifest, status }, { manager });
  } catch (error) {
    if (!isAppError(error) || error.code !== 'already_exists') throw error;
  }
  const ref = { namespace: manifest.metadata.namespace, name: manifest.metadata.name };
  const updated = store.update(
    resource,
    ref,
    (draft) => {
      const { metadata, ...rest } = manifest;
      Object.assign(draft, rest);
      draft.metadata.labels = { ...draft.metadata.labels, ...metadata.labels };
      draft.metadata.annotations = { ...draft.metadata.annotations, ...metadata.annotations };
    },
    { manager },
  );
  return updated ?? store.create(resource, manifest, { manager });
}

/** The resource name of a manifest's kind: regular plurals, checked against what the cluster serves. */
export function resourceOf(store: ObjectStorePort, manifest: KubeObject): string {
  const group = manifest.apiVersion.includes('/') ? manifest.apiVersion.slice(0, manifest.apiVersion.indexOf('/')) : '';
  const singular = manifest.kind.toLowerCase();
  const plural = /(s|x|ch|sh)$/.test(singular) ? `${singular}es` : singular.replace(/([^aeiou])y$/, '$1ie').concat('s');
  for (const name of [plural, singular]) {
    const resource = group === '' ? name : `${name}.${group}`;
    if (store.type(resource)?.kind === manifest.kind) return resource;
  }
  throw new Error(`The simulated cluster serves no ${manifest.kind} of ${manifest.apiVersion}`);
}
