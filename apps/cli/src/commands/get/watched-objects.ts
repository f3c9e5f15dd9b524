import type { ResourceRow } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { isAppError } from '@pilothouse/core';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { lookUpKinds } from '../../runtime/kind-lookup.ts';
import { mapConcurrently } from '../../runtime/map-concurrently.ts';
import type { GetRequest } from './get-resources.ts';
import { type FoundObject, withCluster } from './print-objects.ts';
import type { RowChange } from './row-state.ts';

export async function describeResource(context: CliContext, request: GetRequest, text: string) {
  return (await lookUpKinds(context, request.clusters.query)).find(text);
}

/** Each changed object as a document of its own, as `kubectl get -w -o yaml` does; deleted ones cannot be read any more. */
export async function printChangedObjects(
  context: CliContext,
  { clusters, options }: GetRequest,
  change: { resource: string; changes: readonly RowChange[] },
): Promise<void> {
  const rows = change.changes.filter(({ deleted }) => !deleted).map(({ row }) => row);
  const read = await mapConcurrently(rows, 8, (row) => readObject(context, row, change.resource));
  for (const each of read) {
    if (!each) continue;
    const object = clusters.several ? withCluster(each) : each.object;
    await context.print(options.output === 'json' ? jsonText(object) : `---\n${yamlText(object)}`);
  }
}

async function readObject(context: CliContext, row: ResourceRow, resource: string): Promise<FoundObject | undefined> {
  const params = { cluster: row.cluster, resource, namespace: row.namespace || '-', name: row.name };
  try {
    return { cluster: row.cluster, object: (await context.api().call(routes.getObject, { params })).object };
  } catch (error) {
    // Deleted since the change was sent.
    if (isAppError(error) && error.kind === 'not-found') return undefined;
    throw error;
  }
}
