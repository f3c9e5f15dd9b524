import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { ServedResource, ServedVersion } from '../catalogue/served-resource.ts';
import { virtualResources } from '../catalogue/virtual-resources.ts';

type ApiResource = {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
};

/** One group version with what it serves, before either form of discovery is written. */
export type GroupVersion = { group: string; version: string; resources: ApiResource[] };

/** Everything served now, groups in the API server's order of preference, versions preferred first. */
export function groupVersions(catalogue: ResourceCatalogue): GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  const at = (group: string, version: string) => {
    const key = `${group}/${version}`;
    const known = found.get(key) ?? { group, version, resources: [] };
    found.set(key, known);
    return known;
  };
  for (const resource of catalogue.all()) {
    for (const version of resource.versions)
      at(resource.group, version.version).resources.push(...apiResources(resource, version));
  }
  for (const one of virtualResources) {
    at(one.group, one.version).resources.push({
      name: one.plural,
      singularName: one.singular,
      namespaced: one.namespaced,
      kind: one.kind,
      verbs: one.verbs,
      ...(one.shortNames === undefined ? {} : { shortNames: one.shortNames }),
    });
  }
  for (const one of found.values()) one.resources.sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...found.values()];
}

function apiResources(resource: ServedResource, version: ServedVersion): ApiResource[] {
  const { plural: name, singular, namespaced, kind } = resource;
  const sub = (
    child: string,
    childKind: string,
    verbs: readonly string[],
    gv: { group?: string; version?: string } = {},
  ) => ({
    name: `${name}/${child}`,
    singularName: '',
    namespaced,
    ...gv,
    kind: childKind,
    verbs,
  });
  const change = ['get', 'patch', 'update'];
  return [
    {
      name,
      singularName: singular,
      namespaced,
      kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
      ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    },
    ...(version.hasStatus ? [sub('status', kind, change)] : []),
    ...(version.scale === undefined ? [] : [sub('scale', 'Scale', change, { group: 'autoscaling', version: 'v1' })]),
    ...resource.subresources.map((one) =>
      sub(one.name, one.kind, one.verbs, {
        ...(one.group === undefined ? {} : { group: one.group }),
        ...(one.version === undefined ? {} : { version: one.version }),
      }),
    ),
  ];
}

/** `GET /api/v1` and `/apis/<group>/<version>`; undefined when nothing is served there. */
export function apiResourceList(catalogue: ResourceCatalogue, group: string, version: string): unknown {
  const found = groupVersions(catalogue).find((one) => one.group === group && one.version === version);
  if (found === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: found.resources,
  };
}

export function apiVersions(address: string): unknown {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

export function apiGroupList(catalogue: ResourceCatalogue): unknown {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groups(catalogue).entries()].map(([name, versions]) => apiGroup(name, versions)),
  };
}

export function apiGroupOf(catalogue: ResourceCatalogue, name: string): unknown {
  const versions = groups(catalogue).get(name);
  return versions === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(name, versions) };
}

function groups(catalogue: ResourceCatalogue): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { group, version } of groupVersions(catalogue)) {
    if (group !== '') found.set(group, [...(found.get(group) ?? []), version]);
  }
  return found;
}

function apiGroup(name: string, versions: readonly string[]) {
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

/** Aggregated discovery (KEP-3352): the groups of `/api` or of `/apis` with all their resources in one answer. */
export function aggregatedDiscovery(
  catalogue: ResourceCatalogue,
  root: 'api' | 'apis',
  metaVersion: 'v2' | 'v2beta1',
): unknown {
  const byGroup = new Map<string, GroupVersion[]>();
  for (const one of groupVersions(catalogue)) {
    if ((one.group === '') === (root === 'api')) byGroup.set(one.group, [...(byGroup.get(one.group) ?? []), one]);
  }
  const items = [...byGroup].map(([name, versions]) => ({
    metadata: { creationTimestamp: null, ...(name === '' ? {} : { name }) },
    versions: versions.map((one) => ({
      version: one.version,
      resources: aggregatedResources(one),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${metaVersion}`, metadata: {}, items };
}

function aggregatedResources({ group, version, resources }: GroupVersion): unknown[] {
  const gvk = (one: ApiResource) => ({ group: one.group ?? group, version: one.version ?? version, kind: one.kind });
  return resources
    .filter((one) => !one.name.includes('/'))
    .map((one) => {
      const below = resources.filter((sub) => sub.name.startsWith(`${one.name}/`));
      return {
        resource: one.name,
        responseKind: gvk(one),
        scope: one.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: one.singularName,
        verbs: one.verbs,
        ...(one.shortNames === undefined ? {} : { shortNames: one.shortNames }),
        ...(one.categories === undefined ? {} : { categories: one.categories }),
        ...(below.length === 0
          ? {}
          : {
              subresources: below.map((sub) => ({
                subresource: sub.name.slice(one.name.length + 1),
                responseKind: gvk(sub),
                verbs: sub.verbs,
              })),
            }),
      };
    });
}
