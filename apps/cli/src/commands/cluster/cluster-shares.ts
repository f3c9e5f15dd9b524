import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { printRecords } from '../print-records.ts';
import { type GrantOptions, grantLimits, roleName } from '../role/grant-options.ts';
import { bindingView, describeGrant } from '../role/role-bindings.ts';

export async function shareCluster(
  context: CliContext,
  options: GrantOptions,
  ...[name, user, role]: [string, string, string]
): Promise<number> {
  const share = await context.api().call(routes.createShare, {
    params: { cluster: name },
    body: { user, role: roleName(role), ...grantLimits(options) },
  });
  await context.print(`${share.user.email} is now ${describeGrant({ ...share, cluster: share.cluster ?? name })}\n`);
  return 0;
}

export async function listShares(context: CliContext, options: { output: string }, name: string): Promise<number> {
  const { items } = await context.api().call(routes.listShares, { params: { cluster: name } });
  await printRecords(context, items, bindingView(context, options.output));
  return 0;
}

export async function unshareCluster(
  context: CliContext,
  _options: object,
  name: string,
  wanted: string,
): Promise<number> {
  const { items } = await context.api().call(routes.listShares, { params: { cluster: name } });
  const [share, ...others] = items.filter(
    ({ id, user }) => id === wanted || user.id === wanted || user.email.toLowerCase() === wanted.toLowerCase(),
  );
  if (!share) throw new AppError('not-found', 'not_found', `${name} is not shared with ${wanted}.`);
  if (others.length > 0)
    throw usageError(
      `${wanted} has several roles on ${name}.`,
      `give an id: ${[share, ...others].map(({ id }) => id).join(', ')}`,
    );
  await context.api().call(routes.deleteShare, { params: { cluster: name, id: share.id } });
  await context.print(`${share.user.email} is no longer ${describeGrant({ ...share, cluster: name })}\n`);
  return 0;
}
