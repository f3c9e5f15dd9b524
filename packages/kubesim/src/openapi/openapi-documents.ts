import { createHash } from 'node:crypto';
import { versionInfo } from '../api/version-info.ts';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { ServedResource, ServedVersion } from '../catalogue/served-resource.ts';
import {
  createDefinitionWriter,
  type DefinitionWriter,
  type Dialect,
  type Json,
  objectMetaSchema,
  openApi2,
  openApi3,
} from './definition-writer.ts';
import { queryParameter, resourcePaths } from './resource-paths.ts';

/** The OpenAPI documents of everything served now, made when asked for and kept until a CRD changes something. */
export type OpenApiDocuments = {
  /** `GET /openapi/v3`: where each group version's document is. */
  index(): Json;
  /** `GET /openapi/v3/apis/apps/v1`; undefined for a group version that is not served. */
  v3(root: string): { body: Buffer; hash: string } | undefined;
  /** `GET /openapi/v2` */
  v2(): Buffer;
};

export function createOpenApiDocuments(catalogue: ResourceCatalogue): OpenApiDocuments {
  let generation = -1;
  const made = new Map<string, Buffer>();

  function kept(key: string, make: () => Json): Buffer {
    if (generation !== catalogue.generation) {
      generation = catalogue.generation;
      made.clear();
    }
    const known = made.get(key) ?? Buffer.from(JSON.stringify(make()));
    made.set(key, known);
    return known;
  }

  const served = (root: string) => groupVersionsOf(catalogue).get(root);

  return {
    index() {
      const entries = [...groupVersionsOf(catalogue).entries()].map(([root, resources]) => [
        root,
        { serverRelativeURL: `/openapi/v3/${root}?hash=${hashOf(catalogue, root, resources)}` },
      ]);
      return { paths: Object.fromEntries(entries) };
    },
    v3(root) {
      const resources = served(root);
      if (resources === undefined) return undefined;
      return { body: kept(root, () => documentV3(resources)), hash: hashOf(catalogue, root, resources) };
    },
    v2: () => kept('v2', () => documentV2(catalogue)),
  };
}

type Served = { resource: ServedResource; version: ServedVersion };

function groupVersionsOf(catalogue: ResourceCatalogue): Map<string, Served[]> {
  const found = new Map<string, Served[]>();
  for (const resource of catalogue.all()) {
    for (const version of resource.versions) {
      const root = resource.group === '' ? `api/${version.version}` : `apis/${resource.group}/${version.version}`;
      found.set(root, [...(found.get(root) ?? []), { resource, version }]);
    }
  }
  return found;
}

/** Changes whenever the document might: built-in groups never change, a group with custom resources changes with the catalogue. */
function hashOf(catalogue: ResourceCatalogue, root: string, resources: readonly Served[]): string {
  const custom = resources.some((one) => one.resource.custom);
  const content = `${root} ${versionInfo.gitVersion} ${custom ? catalogue.generation : 0}`;
  return createHash('sha256').update(content).digest('hex').toUpperCase();
}

const info = { title: 'Kubernetes', version: versionInfo.gitVersion };

function documentV3(resources: readonly Served[]): Json {
  const writer = createDefinitionWriter(openApi3);
  const paths: Json = {};
  for (const { resource, version } of resources) {
    const ref = define(writer, openApi3, { resource, version });
    Object.assign(paths, resourcePaths(resource, version, { parameter: (name) => queryParameter(name, 3), ref }));
  }
  return { openapi: '3.0.0', info, paths, components: { schemas: writer.definitions } };
}

function documentV2(catalogue: ResourceCatalogue): Json {
  const writer = createDefinitionWriter(openApi2);
  const paths: Json = {};
  for (const resource of catalogue.all()) {
    for (const version of resource.versions) {
      define(writer, openApi2, { resource, version });
      Object.assign(
        paths,
        resourcePaths(resource, version, { parameter: (name) => queryParameter(name, 2), ref: undefined }),
      );
    }
  }
  return { swagger: '2.0', info, paths, definitions: writer.definitions };
}

/** Defines a kind and its list; returns the reference to the kind. */
function define(writer: DefinitionWriter, dialect: Dialect, { resource, version }: Served): Json {
  const schema = version.schema();
  const name =
    schema?.is === 'struct' && schema.name !== undefined
      ? schema.name
      : `${resource.group.split('.').reverse().join('.')}.${version.version}.${resource.kind}`;
  const gvk = (kind: string) => [{ group: resource.group, version: version.version, kind }];
  if (resource.custom) writer.definitions[name] = customDefinition(writer, version);
  else if (schema !== undefined) writer.refer(schema);
  const definition = writer.definitions[name] ?? {};
  definition['x-kubernetes-group-version-kind'] = gvk(resource.kind);
  writer.definitions[name] = definition;
  const ref = { $ref: `${dialect.refPrefix}${name}` };
  writer.definitions[`${name}List`] = {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      items: { type: 'array', items: ref },
    },
    'x-kubernetes-group-version-kind': gvk(resource.listKind),
  };
  return ref;
}

function customDefinition(writer: DefinitionWriter, version: ServedVersion): Json {
  const json = version.jsonSchema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const meta = objectMetaSchema();
  return {
    ...json,
    properties: {
      apiVersion: {
        description:
          'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values.',
        type: 'string',
      },
      kind: {
        description:
          'Kind is a string value representing the REST resource this object represents. Cannot be updated. In CamelCase.',
        type: 'string',
      },
      ...json.properties,
      metadata: {
        description: "Standard object's metadata.",
        ...(meta === undefined ? { type: 'object' } : { allOf: [writer.refer(meta)] }),
      },
    },
  };
}
