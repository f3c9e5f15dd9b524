import type { ResourceType } from '../resource-type.ts';

/**
 * The type that a person means, in kubectl's spellings: `pods`, `pod`, `po`, `Pod`, `deployments.apps`, `deploy.apps`,
 * `deployments.v1.apps`, `Deployment.apps`, `apps/v1/Deployment`, `apps/v1/deployments`. Among several (`events`, `pods` of
 * metrics.k8s.io) an exact plural comes before a singular, a kind and a short name, and then the order of `types` decides, which
 * discovery gives core first.
 */
export function findResourceType(types: readonly ResourceType[], text: string): ResourceType | undefined {
  const { name, group, version } = partsOf(text.trim());
  const lower = name.toLowerCase();
  if (lower === '') return undefined;
  const candidates = types.filter(
    (type) => (group === undefined || type.group === group) && (version === undefined || type.version === version),
  );
  return (
    candidates.find((type) => type.plural === lower) ??
    candidates.find((type) => type.singular.toLowerCase() === lower) ??
    candidates.find((type) => type.kind.toLowerCase() === lower) ??
    candidates.find((type) => type.shortNames.includes(lower))
  );
}

function partsOf(text: string): { name: string; group?: string; version?: string } {
  const slashes = text.split('/');
  if (slashes.length === 3) return { group: slashes[0] ?? '', version: slashes[1] ?? '', name: slashes[2] ?? '' };
  if (slashes.length === 2) return { group: '', version: slashes[0] ?? '', name: slashes[1] ?? '' };
  const [name = '', ...rest] = text.split('.');
  if (rest.length === 0) return { name };
  const [first = '', ...others] = rest;
  if (!/^v\d+((alpha|beta)\d+)?$/.test(first)) return { name, group: rest.join('.') };
  return { name, version: first, group: others.join('.') };
}
