import { routeTable as routes } from '@pilothouse/contract/client';
import { actOnEach, namedObjects } from '../../runtime/act-on-objects.ts';
import type { CliContext } from '../../runtime/cli-context.ts';

export async function restartObjects(
  context: CliContext,
  options: { cluster?: string; namespace?: string },
  objects: string[],
): Promise<number> {
  return actOnEach(context, await namedObjects(context, objects, options), async ({ params }) => {
    await context.api().call(routes.restartObject, { params });
    return 'restarted';
  });
}
