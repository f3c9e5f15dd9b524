import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ClusterAccess, KubeconfigContext } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { readAllInput, readTextFile } from '../../runtime/secret-input.ts';
import { usageError } from '../../runtime/usage-error.ts';

export type ContextSource = {
  readonly from: string;
  readonly contexts: readonly KubeconfigContext[];
  access(context: string): ClusterAccess;
};

/**
 * The contexts to choose from. A server in local mode runs as this person on this machine and reads their kubeconfig itself, files and exec
 * plugins included; any other server is sent the file and takes only what is safe in it.
 */
export async function contextsToAdd(context: CliContext, file: string | undefined): Promise<ContextSource> {
  if (file === undefined && context.server().from === 'local') {
    const { items } = await context.api().call(routes.listLocalContexts);
    return { from: 'your kubeconfig', contexts: items, access: (name) => ({ type: 'local-context', context: name }) };
  }
  const path = file ?? defaultKubeconfig(context);
  const kubeconfig = path === '-' ? await readAllInput(context.io) : readTextFile(path, 'the kubeconfig');
  const { items } = await context.api().call(routes.listContexts, { body: { kubeconfig } });
  return { from: path, contexts: items, access: (name) => ({ type: 'kubeconfig', kubeconfig, context: name }) };
}

function defaultKubeconfig({ io }: CliContext): string {
  const paths = io.env.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [
    join(homedir(), '.kube', 'config'),
  ];
  const [path, ...others] = paths.filter(existsSync);
  if (path && others.length === 0) return path;
  if (path) throw usageError(`KUBECONFIG names several files: ${paths.join(', ')}.`, 'choose one with --kubeconfig');
  throw new AppError('invalid', 'invalid_usage', `There is no kubeconfig at ${paths.join(', ')}.`, {
    extra: { next: 'name one with --kubeconfig, or give --api-server, --in-cluster or --simulated' },
  });
}
