import { textOf } from '../json/untyped.ts';
import type { KubeClient } from '../kube-client.ts';
import type { ResourceType } from '../resource-type.ts';
import { objectsOf, textsOf } from './answer-lists.ts';
import { type Discovered, groupVersionName } from './group-version.ts';

/** apidiscovery.k8s.io/v2 (Kubernetes 1.30) and v2beta1 (1.26), KEP-3352. The last one lets older servers answer as ever. */
const accept = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

type DiscoveryList = { kind?: string; items?: DiscoveryGroup[] };
type DiscoveryGroup = { metadata?: { name?: string }; versions?: DiscoveryVersion[] };
type DiscoveryVersion = { version?: string; freshness?: string; resources?: DiscoveryResource[] };
type DiscoveryResource = {
  resource?: string;
  responseKind?: { kind?: string };
  scope?: string;
  singularResource?: string;
  verbs?: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: { subresource?: string }[];
};

/** Everything in two requests, or undefined when the cluster does not serve aggregated discovery. */
export async function discoverAggregated(
  client: KubeClient,
  options: { signal?: AbortSignal },
): Promise<Discovered | undefined> {
  const core = await client.getJson<DiscoveryList>('/api', { accept, ...options });
  if (core?.kind !== 'APIGroupDiscoveryList') return undefined;
  const groups = await client.getJson<DiscoveryList>('/apis', { accept, ...options });
  if (groups?.kind !== 'APIGroupDiscoveryList') return undefined;
  const found: Discovered = { versions: [], failures: [] };
  for (const group of [...objectsOf(core.items), ...objectsOf(groups.items)]) readGroup(group, found);
  return found;
}

function readGroup(item: DiscoveryGroup, found: Discovered): void {
  const group = textOf(item.metadata?.name);
  objectsOf(item.versions).forEach(({ version: name, freshness, resources }, index) => {
    const version = textOf(name);
    if (version === '') return;
    if (freshness === 'Stale') {
      found.failures.push({
        groupVersion: groupVersionName(group, version),
        code: 'cluster_error',
        message: 'The API server behind this group does not answer; the cluster shows what it last knew.',
      });
    }
    const types = objectsOf(resources).flatMap((resource) => typeOf(resource, group, version) ?? []);
    found.versions.push({ group, version, preferred: index === 0, types });
  });
}

function typeOf(resource: DiscoveryResource, group: string, version: string): ResourceType | undefined {
  const { scope, verbs } = resource;
  const plural = textOf(resource.resource);
  const kind = textOf(resource.responseKind?.kind);
  if (plural === '' || kind === '') return undefined;
  return {
    group,
    version,
    plural,
    singular: textOf(resource.singularResource) || kind.toLowerCase(),
    kind,
    namespaced: scope === 'Namespaced',
    verbs: textsOf(verbs),
    shortNames: textsOf(resource.shortNames),
    categories: textsOf(resource.categories),
    subresources: objectsOf(resource.subresources).map(({ subresource }) => textOf(subresource)),
  };
}
