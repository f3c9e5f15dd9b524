import { appError, type HealthStatus, healthStatuses } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import { parseLabelSelector } from '@pilothouse/kube';
import { parseFieldSelector } from './field-selector.ts';
import type { TableRow } from './table-row.ts';

/** Filters with the same key let the same rows through, so their results are shared. */
export type RowFilter = { readonly key: string; matches(row: TableRow): boolean };

/** A filter as it comes with a request: lists are comma-separated. */
export type FilterQuery = {
  namespaces?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  health?: string | undefined;
  owner?: string | undefined;
  q?: string | undefined;
};

/** What of a cluster a principal may see: everything, or some namespaces. */
export type NamespaceScope = 'all' | ReadonlySet<string>;

type RowTest = (row: TableRow) => boolean;

/** The filter of a request without its namespaces, which are intersected with what the principal may see, cluster by cluster. */
export type ParsedFilter = {
  readonly namespaces: ReadonlySet<string> | undefined;
  /** Objects that belong to no namespace are not filtered by the ones asked for, as in kubectl. */
  within(scope: NamespaceScope, type: { namespaced: boolean }): RowFilter | undefined;
};

export function parseRowFilter(query: FilterQuery): ParsedFilter {
  const namespaces = query.namespaces === undefined ? undefined : new Set(listOf(query.namespaces));
  const { namespaces: _, ...rest } = query;
  const tests = testsOf(rest);
  const restKey = tests.length === 0 ? '' : JSON.stringify(rest);
  return {
    namespaces,
    within(scope, { namespaced }) {
      const allowed = namespaced ? intersect(namespaces, scope) : scope;
      if (allowed === 'all' && tests.length === 0) return undefined;
      const key = `${allowed === 'all' ? '*' : JSON.stringify([...allowed].sort())}${restKey}`;
      const inScope: RowTest[] = allowed === 'all' ? [] : [(row) => allowed.has(scopeNamespace(row))];
      const all = [...inScope, ...tests];
      return { key, matches: (row) => all.every((test) => test(row)) };
    },
  };
}

/** The namespace that decides who may see a row: a Namespace belongs to itself. */
export function scopeNamespace(row: { namespace: string; name: string; object: KubeObject }): string {
  return row.object.kind === 'Namespace' && row.object.apiVersion === 'v1' ? row.name : row.namespace;
}

function intersect(asked: ReadonlySet<string> | undefined, scope: NamespaceScope): NamespaceScope {
  if (asked === undefined) return scope;
  return scope === 'all' ? asked : new Set([...asked].filter((namespace) => scope.has(namespace)));
}

function testsOf(query: Omit<FilterQuery, 'namespaces'>): RowTest[] {
  const tests: RowTest[] = [];
  if (query.health) {
    const statuses = new Set(listOf(query.health).map(healthStatusOf));
    tests.push((row) => statuses.has(row.health.status));
  }
  if (query.labelSelector) {
    const selector = parseLabelSelector(query.labelSelector);
    tests.push((row) => selector.matches(row.object.metadata.labels ?? {}));
  }
  if (query.fieldSelector) {
    const matches = parseFieldSelector(query.fieldSelector);
    tests.push((row) => matches(row.object));
  }
  if (query.owner) {
    const { owner } = query;
    tests.push(
      (row) =>
        row.object.metadata.ownerReferences?.some((ref) => ref.controller === true && ref.uid === owner) ?? false,
    );
  }
  const words = (query.q ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length > 0) tests.push((row) => words.every((word) => row.search.includes(word)));
  return tests;
}

function healthStatusOf(text: string): HealthStatus {
  const status = healthStatuses.find((known) => known === text);
  if (status) return status;
  throw appError('invalid_input', `"${text}" is not a health status`, {
    details: [{ pointer: '?health', code: 'enum', message: `One of ${healthStatuses.join(', ')}.` }],
  });
}

/** Splits a comma-separated query parameter. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
