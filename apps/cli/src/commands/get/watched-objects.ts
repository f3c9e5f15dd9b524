import type { ResourceRow } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { isAppError } from '@pilothouse/core';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { lookUpKinds } from '../../runtime/kind-lookup.ts';
import { mapConcurrently } from '../../runtime/map-concurrently.ts';
import type { GetRequest } from './get-request.ts';
import { type FoundObject, withCluster } from './print-objects.ts';
import type { RowChange } from './row-state.ts';

export async function describeResource(context: CliContext, request: GetRequest, text: string) {
  return (await lookUpKinds(context, request.clusters.query)).find(text);
}

/** Prints each changed object as a document of its own, as `kubectl get -w -o yaml` does, each version once; deleted ones cannot be read any more. */
export function createObjectPrinter(context: CliContext, { clusters, options }: GetRequest, resource: string) {
  const printed = new Map<string, string>();
  return async (changes: readonly RowChange[]): Promise<void> => {
    const rows = changes.filter(({ deleted }) => !deleted).map(({ row }) => row);
    const read = await mapConcurrently(rows, 8, (row) => readObject(context, row, resource));
    for (const [index, found] of read.entries()) {
      const id = rows[index]?.id ?? '';
      if (!found || printed.get(id) === versionOf(found)) continue;
      printed.set(id, versionOf(found));
      const object = clusters.several ? withCluster(found) : found.object;
      await context.print(options.output === 'json' ? jsonText(object) : `---\n${yamlText(object)}`);
    }
  };
}

function versionOf({ object }: FoundObject): string {
  const { uid, resourceVersion } = (object as { metadata: { uid?: string; resourceVersion?: string } }).metadata;
  return `${uid}/${resourceVersion}`;
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
