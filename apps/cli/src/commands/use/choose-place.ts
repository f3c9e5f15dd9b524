import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { updateSavedServer } from '../../runtime/saved-config.ts';

export async function choosePlace(
  context: CliContext,
  options: { namespace?: string; clear?: boolean },
  cluster?: string,
): Promise<number> {
  const { url, saved } = context.server();
  let { cluster: chosenCluster, namespace: chosenNamespace } = saved;
  if (options.clear) [chosenCluster, chosenNamespace] = [undefined, undefined];
  // The name as the server has it: a mistyped one is refused here and not by every later command.
  if (cluster) chosenCluster = (await context.api().call(routes.getCluster, { params: { cluster } })).name;
  if (options.namespace) chosenNamespace = options.namespace;
  if (cluster || options.namespace || options.clear)
    updateSavedServer(context.io.env, url, ({ cluster: _cluster, namespace: _namespace, ...rest }) => ({
      ...rest,
      ...(chosenCluster ? { cluster: chosenCluster } : {}),
      ...(chosenNamespace ? { namespace: chosenNamespace } : {}),
    }));
  await context.print(
    `server: ${url}\ncluster: ${chosenCluster ?? 'the server’s default'}\nnamespace: ${chosenNamespace ?? 'default'}\n`,
  );
  return 0;
}
