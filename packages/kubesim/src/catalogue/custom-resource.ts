import type { KubeObject } from '@pilothouse/kube';
import { customSchema } from '../schema/custom-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { customColumns, type PrinterColumn } from '../table/custom-columns.ts';
import { type ServedResource, type ServedVersion, standardVerbs } from './served-resource.ts';

export type CustomNames = {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
};

type CustomVersion = {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  schema?: { openAPIV3Schema?: JsonSchema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
};

export type CustomSpec = {
  group: string;
  scope: 'Namespaced' | 'Cluster';
  names: CustomNames;
  versions: CustomVersion[];
};

export function customSpecOf(definition: KubeObject): CustomSpec {
  return definition.spec as CustomSpec;
}

/** What a CRD makes the server serve. */
export function customResource(definition: KubeObject): ServedResource {
  const { group, scope, names, versions } = customSpecOf(definition);
  const served = versions.filter((version) => version.served).sort((a, b) => byPriority(a.name, b.name));
  const storage = versions.find((version) => version.storage) ?? versions[0];
  return {
    group,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: standardVerbs,
    versions: served.map(servedVersion),
    storedApiVersion: `${group}/${storage?.name ?? ''}`,
    storedAs: `${names.plural}.${group}`,
    subresources: [],
    custom: true,
    selectableFields: (storage?.selectableFields ?? []).map((one) => one.jsonPath.replace(/^\./, '')),
  };
}

function servedVersion(version: CustomVersion): ServedVersion {
  const json = version.schema?.openAPIV3Schema;
  const scale = version.subresources?.scale;
  const plain = (path: string) => path.replace(/^\./, '');
  const schema = customSchema(json);
  const columns = customColumns(version.additionalPrinterColumns);
  return {
    version: version.name,
    schema: () => schema,
    ...(json === undefined ? {} : { jsonSchema: json }),
    columns: () => columns,
    hasStatus: version.subresources?.status !== undefined,
    scale:
      scale === undefined
        ? undefined
        : {
            spec: plain(scale.specReplicasPath),
            status: plain(scale.statusReplicasPath),
            ...(scale.labelSelectorPath === undefined ? {} : { selector: plain(scale.labelSelectorPath) }),
          },
    deprecated: version.deprecated === true,
  };
}

const kubeVersion = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** GA before beta before alpha, newer before older, anything else last by name. */
function byPriority(a: string, b: string): number {
  const rank = (name: string): readonly number[] => {
    const found = kubeVersion.exec(name);
    if (found === null) return [0, 0, 0];
    return [found[2] === undefined ? 3 : found[2] === 'beta' ? 2 : 1, Number(found[1]), Number(found[3] ?? 0)];
  };
  const left = rank(a);
  const right = rank(b);
  for (const [index, value] of left.entries()) if (value !== right[index]) return (right[index] ?? 0) - value;
  return a < b ? -1 : 1;
}
