import { routeTable as routes } from '@pilothouse/contract/client';
import { actOnEach, namedObjects } from '../../runtime/act-on-objects.ts';
import type { CliContext } from '../../runtime/cli-context.ts';

type ScaleOptions = { cluster?: string; namespace?: string; replicas: number; dryRun?: boolean };

export async function scaleObjects(context: CliContext, options: ScaleOptions, objects: string[]): Promise<number> {
  const { replicas, dryRun = false } = options;
  return actOnEach(context, await namedObjects(context, objects, options), async ({ params }) => {
    const scaled = await context.api().call(routes.scaleObject, { params, body: { replicas, dryRun } });
    return `scaled from ${scaled.before} to ${scaled.replicas}${dryRun ? ' (dry run)' : ''}`;
  });
}
