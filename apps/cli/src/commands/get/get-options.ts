import type { ClusterOptions } from '../../runtime/cluster-choice.ts';
import type { NamespaceOptions } from '../../runtime/namespace-choice.ts';
import { usageError } from '../../runtime/usage-error.ts';

export type GetOptions = ClusterOptions &
  NamespaceOptions & {
    selector?: string;
    fieldSelector?: string;
    health?: string;
    query?: string;
    sort?: string;
    sortBy?: string;
    limit?: number;
    watch?: boolean;
    watchOnly?: boolean;
    headers: boolean;
    output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
  };

/** kubectl's --sort-by takes a path; the two that people use have a column. */
const sortPaths: Record<string, string> = {
  'metadata.name': 'name',
  'metadata.namespace': 'namespace',
  'metadata.creationTimestamp': '-age',
};

export function sortOf(options: GetOptions): string | undefined {
  if (options.sortBy === undefined) return options.sort;
  const path = options.sortBy.replace(/^\{?\.?/, '').replace(/\}$/, '');
  const sort = sortPaths[path];
  if (!sort)
    throw usageError(
      `--sort-by ${options.sortBy} is not understood.`,
      'sort by a column: --sort name, --sort -restarts',
    );
  return sort;
}
