import type { ResourceRow } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { isAppError } from '@pilothouse/core';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { mapConcurrently } from '../../runtime/map-concurrently.ts';
import type { GetRequest, TargetList } from './get-resources.ts';

/** Says which cluster an object of a list over several clusters is from; not part of the object on the cluster. */
export const clusterAnnotation = 'pilothouse.dev/cluster';

const requestsAtOnce = 16;

/** The objects themselves: the one that was named, else a `List`, as kubectl prints it. */
export async function printObjects(
  context: CliContext,
  { clusters, options }: GetRequest,
  lists: readonly TargetList[],
): Promise<number> {
  const wanted = lists.flatMap((list) => list.rows.map((row) => ({ row, resource: list.resource })));
  const read = await mapConcurrently(wanted, requestsAtOnce, ({ row, resource }) => readObject(context, row, resource));
  const objects = read.filter((each) => each !== undefined);
  const items = clusters.several ? objects.map(withCluster) : objects.map(({ object }) => object);
  const [list] = lists;
  const named = lists.length === 1 && list?.target.names.length === 1 && !clusters.several;
  if (named && items.length === 0) return 0;
  const document =
    named && items.length === 1
      ? items[0]
      : { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
  await context.print(options.output === 'json' ? jsonText(document) : yamlText(document));
  return 0;
}

type ReadObject = { cluster: string; object: unknown };

export async function readObject(
  context: CliContext,
  row: ResourceRow,
  resource: string,
): Promise<ReadObject | undefined> {
  const params = { cluster: row.cluster, resource, namespace: row.namespace || '-', name: row.name };
  try {
    const { object } = await context.api().call(routes.getObject, { params, signal: context.interrupted });
    return { cluster: row.cluster, object };
  } catch (error) {
    // Deleted since the list was read: then it is not part of the answer.
    if (isAppError(error) && error.kind === 'not-found') return undefined;
    throw error;
  }
}

export function withCluster({ cluster, object }: ReadObject): unknown {
  const source = object as { metadata?: { annotations?: object } };
  const annotations = { ...source.metadata?.annotations, [clusterAnnotation]: cluster };
  return { ...source, metadata: { ...source.metadata, annotations } };
}
