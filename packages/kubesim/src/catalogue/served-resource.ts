import type { KubeObject, ResourceType } from '@pilothouse/kube';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { Schema } from '../schema/schema.ts';
import type { TableColumn } from '../table/table-column.ts';

/** JSON paths (dots) of the replica count behind the `scale` subresource, as a CRD states them. */
export type ScalePaths = { spec: string; status: string; selector?: string };

/** One version of one resource: where it is served and how it differs from the stored form. */
export type ServedVersion = {
  readonly version: string;
  /** The schema of the whole object; undefined keeps every field. Read lazily: parsing takes time. */
  readonly schema: () => Schema | undefined;
  /** The CRD's own schema, for validation, defaults and OpenAPI. */
  readonly jsonSchema?: JsonSchema;
  /** Between this version and the stored one; absent when only the apiVersion differs. */
  readonly convert?: { toStored(object: KubeObject): KubeObject; fromStored(object: KubeObject): KubeObject };
  readonly columns: () => readonly TableColumn[];
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly deprecated?: boolean;
};

/** A kind of object this server serves. Two resources with the same `storedAs` are two views of the same objects. */
export type ServedResource = {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** In the order of preference. */
  readonly versions: readonly ServedVersion[];
  /** The apiVersion objects are stored under. */
  readonly storedApiVersion: string;
  /** Name of the collection, `plural.group`. */
  readonly storedAs: string;
  /** Further subresources, e.g. `log`. */
  readonly subresources: readonly SubresourceType[];
  readonly custom: boolean;
  /** Field paths a field selector may name, beyond metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
};

export type SubresourceType = {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: readonly string[];
};

export const standardVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** What the rest of Pilothouse calls a resource type. */
export function resourceTypeOf(resource: ServedResource): ResourceType {
  const preferred = resource.versions[0];
  return {
    group: resource.group,
    version: preferred?.version ?? '',
    plural: resource.plural,
    singular: resource.singular,
    kind: resource.kind,
    namespaced: resource.namespaced,
    verbs: resource.verbs,
    shortNames: resource.shortNames,
    categories: resource.categories,
    subresources: [
      ...(preferred?.hasStatus ? ['status'] : []),
      ...(preferred?.scale ? ['scale'] : []),
      ...resource.subresources.map((one) => one.name),
    ],
  };
}

/** `plural.group`, or just the plural in the core group. */
export function qualifiedName(resource: { group: string; plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

export function apiVersionIn(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
