import type { ResourceKind } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import type { CliContext } from './cli-context.ts';
import { closest } from './closest-word.ts';

export type KindLookup = { readonly kinds: readonly ResourceKind[]; find(text: string): ResourceKind };

/** What one cluster (or several) serves, found by any of kubectl's spellings. */
export async function lookUpKinds(context: CliContext, clusters: string | undefined): Promise<KindLookup> {
  const { items, failures } = await context.api().call(routes.listKinds, { query: clusters ? { clusters } : {} });
  const [failure] = failures;
  if (items.length === 0 && failure)
    throw new AppError('unavailable', failure.code, `${failure.cluster} did not answer: ${failure.message}`);
  return { kinds: items, find: (text) => findKind(items, text) };
}

/** `pods`, `po`, `Pod`, `deployments.apps`, `deployments.v1.apps`; built-in kinds win over custom ones of the same name. */
export function findKind(kinds: readonly ResourceKind[], text: string): ResourceKind {
  const wanted = text.toLowerCase();
  const matches = kinds.filter((kind) => spellings(kind).includes(wanted));
  const best = matches.find((kind) => kind.resource === wanted) ?? matches.find((kind) => !kind.custom) ?? matches[0];
  if (best) return best;
  const near = closest(wanted, kinds.flatMap(spellings));
  throw new AppError('not-found', 'not_found', `The cluster serves no resource "${text}".`, {
    extra: { next: near ? `did you mean "${near}"?` : '`pilothouse kinds` lists what there is' },
  });
}

function spellings(kind: ResourceKind): string[] {
  const { plural, singular, group, version } = kind;
  const names = [kind.resource, plural, singular, kind.kind.toLowerCase(), ...kind.shortNames];
  const qualified = [plural, singular, kind.kind.toLowerCase()].flatMap((name) =>
    group ? [`${name}.${group}`, `${name}.${version}.${group}`] : [`${name}.${version}`, `${name}.${version}.`],
  );
  return [...names, ...qualified].filter((name) => name !== '');
}

/** How kubectl names an object of this kind: `deployment.apps/web`. */
export function objectLabel(kind: { kind: string; group: string }, name: string): string {
  return `${kind.kind.toLowerCase()}${kind.group ? `.${kind.group}` : ''}/${name}`;
}

/** The namespace part of an object's path: `-` for what has none. */
export function pathNamespace(kind: { namespaced: boolean }, namespace: string): string {
  return kind.namespaced ? namespace : '-';
}
