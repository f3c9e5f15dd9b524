import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster } from '../../runtime/cluster-choice.ts';
import { chooseNamespace } from '../../runtime/namespace-choice.ts';
import { selectPods } from '../logs/pod-selection.ts';
import { runExecSession } from './exec-session.ts';

export type ExecOptions = { cluster?: string; namespace?: string; container?: string; stdin?: boolean; tty?: boolean };

export async function execInContainer(
  context: CliContext,
  options: ExecOptions,
  object: string,
  command: string[],
): Promise<number> {
  const place = {
    cluster: await chooseCluster(context, options.cluster),
    namespace: chooseNamespace(context, options),
  };
  const { pods, labelSelector } = await selectPods(context, { ...place, object });
  const pod = pods.find(({ ready }) => ready) ?? pods[0];
  if (!pod) throw new AppError('not-found', 'not_found', `${object} has no pods in namespace ${place.namespace}.`);
  if (labelSelector !== undefined) context.note(`in pod ${pod.name}`);
  const shell = command.length === 0;
  const terminal = context.io.stdin.isTTY === true;
  const stdin = options.stdin ?? (options.tty === true || (shell && terminal));
  const tty = (options.tty ?? (shell && terminal)) && terminal;
  if (options.tty && !terminal) context.warn('standard input is not a terminal, so the command gets none either.');
  const { url } = await context.api().call(routes.createTicket, {
    body: {
      path: '/ws/exec',
      cluster: place.cluster,
      namespace: place.namespace,
      pod: pod.name,
      tty,
      stdin,
      ...(options.container ? { container: options.container } : {}),
      ...(shell ? {} : { command }),
    },
  });
  return runExecSession(context, { url: context.server().url.replace(/^http/, 'ws') + url, tty, stdin });
}
