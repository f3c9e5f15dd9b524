import type { ResourceKind } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { type ClusterOptions, chooseClusters } from '../../runtime/cluster-choice.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { reportSources } from '../get/source-report.ts';
import { printRecords, type RecordColumn } from '../print-records.ts';

type KindsOptions = ClusterOptions & { apiGroup?: string; namespaced?: string; output: string };

export async function listKinds(context: CliContext, options: KindsOptions): Promise<number> {
  const namespaced = yesOrNo(options.namespaced);
  const clusters = await chooseClusters(context, options);
  const answer = await context
    .api()
    .call(routes.listKinds, { query: clusters.query ? { clusters: clusters.query } : {} });
  const items = answer.items
    .filter((kind) => options.apiGroup === undefined || kind.group === options.apiGroup)
    .filter((kind) => namespaced === undefined || kind.namespaced === namespaced);
  await printRecords(context, items, {
    columns: clusters.several ? [...columns, { label: 'CLUSTERS', text: (kind) => kind.clusters.join(',') }] : columns,
    output: options.output,
    name: (kind) => kind.resource,
    none: 'No kind matches.',
  });
  return reportSources(context, { ...answer, found: answer.items.length });
}

const columns: readonly RecordColumn<ResourceKind>[] = [
  { label: 'NAME', text: (kind) => kind.plural },
  { label: 'SHORTNAMES', text: (kind) => kind.shortNames.join(',') },
  { label: 'APIVERSION', text: (kind) => (kind.group ? `${kind.group}/${kind.version}` : kind.version) },
  { label: 'NAMESPACED', text: (kind) => kind.namespaced },
  { label: 'KIND', text: (kind) => kind.kind },
  { label: 'VERBS', text: (kind) => kind.verbs.join(','), wide: true },
  { label: 'CATEGORIES', text: (kind) => kind.categories.join(','), wide: true },
];

function yesOrNo(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (['yes', 'true'].includes(text)) return true;
  if (['no', 'false'].includes(text)) return false;
  throw usageError('--namespaced takes yes or no.');
}
