import type { ClusterAccess } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { type AccessOptions, accessOfOptions } from './access-options.ts';
import { contextsToAdd } from './kubeconfig-source.ts';

export async function rotateCredentials(
  context: CliContext,
  options: AccessOptions & { force?: boolean },
  name: string,
): Promise<number> {
  const access = (await accessOfOptions(context, options)) ?? (await accessOfKubeconfig(context, options));
  const cluster = await context.api().call(routes.rotateCredentials, {
    params: { cluster: name },
    body: {
      access,
      ...(options.force ? { force: true } : {}),
      ...(options.allowPrivateAddress ? { allowPrivateAddress: true } : {}),
    },
  });
  await context.print(`cluster ${cluster.name} has new credentials (${cluster.connection.state})\n`);
  return 0;
}

async function accessOfKubeconfig(context: CliContext, options: AccessOptions): Promise<ClusterAccess> {
  if (!options.kubeconfig && !options.context)
    throw usageError(
      'Say what the new credentials are.',
      'for example --kubeconfig FILE, or --api-server URL --token-file FILE',
    );
  const source = await contextsToAdd(context, options.kubeconfig);
  const chosen =
    source.contexts.find((each) => (options.context ? each.name === options.context : each.current)) ??
    (source.contexts.length === 1 ? source.contexts[0] : undefined);
  if (!chosen) throw usageError(`Which context of ${source.from}?`, 'choose with --context');
  if (chosen.refusal) throw usageError(`Context ${chosen.name} cannot be used: ${chosen.refusal}`);
  return source.access(chosen.name);
}
