import { isAppError, messageOf } from '@pilothouse/core';
import { segment } from '../client/resource-path.ts';
import { textOf } from '../json/untyped.ts';
import type { KubeClient } from '../kube-client.ts';
import type { ResourceType } from '../resource-type.ts';
import { objectsOf, textsOf } from './answer-lists.ts';
import { type Discovered, groupVersionName, type ServedVersion } from './group-version.ts';

type ApiVersions = { versions?: string[] };
type ApiGroupList = {
  groups?: { name?: string; versions?: { version?: string }[]; preferredVersion?: { version?: string } }[];
};
type ApiResourceList = { resources?: ApiResource[] };
type ApiResource = {
  name?: string;
  singularName?: string;
  namespaced?: boolean;
  kind?: string;
  verbs?: string[];
  shortNames?: string[];
  categories?: string[];
};

const concurrency = 8;

/** One request per group and version, as clusters before 1.26 need it. A version that fails is a failure, not an end. */
export async function discoverLegacy(client: KubeClient, options: { signal?: AbortSignal }): Promise<Discovered> {
  const failures: Discovered['failures'] = [];
  const core = await client.getJson<ApiVersions>('/api', options);
  const listed = await client.getJson<ApiGroupList>('/apis', options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    failures.push(failureOf('*', error));
    return { groups: [] } as ApiGroupList;
  });
  const versions: ServedVersion[] = textsOf(core?.versions).map((version, index) => ({
    group: '',
    version,
    preferred: index === 0,
    types: [],
  }));
  for (const group of objectsOf(listed?.groups)) {
    for (const { version } of objectsOf(group.versions)) {
      if (!group.name || !version) continue;
      versions.push({ group: group.name, version, preferred: version === group.preferredVersion?.version, types: [] });
    }
  }
  const queue = [...versions];
  async function work(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { group, version } = next;
      const name = groupVersionName(group, version);
      try {
        const path = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
        next.types = typesOf(await client.getJson<ApiResourceList>(path, options), group, version);
      } catch (error) {
        options.signal?.throwIfAborted();
        failures.push(failureOf(name, error));
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  return { versions, failures };
}

function typesOf(list: ApiResourceList, group: string, version: string): ResourceType[] {
  const resources = objectsOf(list?.resources);
  const subresources = new Map<string, string[]>();
  for (const resource of resources) {
    const name = textOf(resource.name);
    const slash = name.indexOf('/');
    if (slash < 0) continue;
    const parent = name.slice(0, slash);
    subresources.set(parent, [...(subresources.get(parent) ?? []), name.slice(slash + 1)]);
  }
  return resources
    .filter(({ name, kind }) => textOf(name) !== '' && textOf(kind) !== '' && !textOf(name).includes('/'))
    .map(({ name = '', kind = '', ...rest }) => ({
      group,
      version,
      plural: name,
      singular: textOf(rest.singularName) || kind.toLowerCase(),
      kind,
      namespaced: rest.namespaced === true,
      verbs: textsOf(rest.verbs),
      shortNames: textsOf(rest.shortNames),
      categories: textsOf(rest.categories),
      subresources: subresources.get(name) ?? [],
    }));
}

function failureOf(groupVersion: string, error: unknown): Discovered['failures'][number] {
  return { groupVersion, code: isAppError(error) ? error.code : 'internal', message: messageOf(error) };
}
