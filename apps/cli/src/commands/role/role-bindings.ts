import type { RoleBinding } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import { ageOf } from '../../output/age.ts';
import { allPages } from '../../runtime/all-pages.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { printRecord, printRecords, type RecordView } from '../print-records.ts';
import { findUser } from '../user/users.ts';
import { type GrantOptions, grantLimits, roleName } from './grant-options.ts';

export async function grantRole(
  context: CliContext,
  options: GrantOptions & { cluster?: string; output: string },
  user: string,
  roleText: string,
): Promise<number> {
  const role = roleName(roleText);
  const { namespaces, expiresAt } = grantLimits(options);
  if (namespaces && !options.cluster) throw usageError('Namespaces belong to a cluster.', 'add --cluster');
  const until = expiresAt ? { expiresAt } : {};
  const binding = options.cluster
    ? await context.api().call(routes.createShare, {
        params: { cluster: options.cluster },
        body: { user, role, ...until, ...(namespaces ? { namespaces } : {}) },
      })
    : await context.api().call(routes.createRoleBinding, { body: { user, role, ...until } });
  if (options.output === 'text') context.note(`${binding.user.email} is now ${describeGrant(binding)}.`);
  else await printRecord(context, binding, bindingView(context, options.output));
  return 0;
}

export function describeGrant({ role, cluster, namespaces, expiresAt }: RoleBinding): string {
  const where = cluster ? `on ${cluster}${namespaces ? ` in ${namespaces.join(', ')}` : ''}` : 'everywhere';
  return `${role} ${where}${expiresAt ? ` until ${expiresAt}` : ''}`;
}

export async function listRoles(context: CliContext, options: { user?: string; output: string }): Promise<number> {
  const user = options.user ? (await findUser(context, options.user)).id : undefined;
  await printRecords(context, await readBindings(context, user), bindingView(context, options.output));
  return 0;
}

function readBindings(context: CliContext, user: string | undefined): Promise<RoleBinding[]> {
  return allPages((cursor) =>
    context.api().call(routes.listRoleBindings, {
      query: { limit: 1000, ...(user ? { user } : {}), ...(cursor ? { cursor } : {}) },
    }),
  );
}

export function bindingView(context: CliContext, output: string): RecordView<RoleBinding> {
  const now = context.io.now();
  return {
    columns: [
      { label: 'USER', text: ({ user }) => user.email },
      { label: 'ROLE', text: ({ role }) => role },
      { label: 'CLUSTER', text: ({ cluster }) => cluster ?? '(everywhere)' },
      { label: 'NAMESPACES', text: ({ namespaces }) => namespaces?.join(',') ?? '(all)' },
      { label: 'ENDS', text: ({ expiresAt }) => expiresAt ?? 'never' },
      { label: 'AGE', text: ({ createdAt }) => ageOf(createdAt, now) },
      { label: 'ID', text: ({ id }) => id },
    ],
    output,
    name: ({ id }) => id,
    none: 'No roles were given.',
  };
}

export async function revokeRole(
  context: CliContext,
  options: { cluster?: string },
  wanted: string,
  roleText?: string,
): Promise<number> {
  const bindings = await readBindings(context, undefined);
  const byId = bindings.find(({ id }) => id === wanted);
  const matches = byId
    ? [byId]
    : bindings.filter((each) => matchesGrant(each, { user: wanted, role: roleText, cluster: options.cluster }));
  const [binding, ...others] = matches;
  if (!binding)
    throw new AppError('not-found', 'not_found', `There is no such grant for ${wanted}.`, {
      extra: { next: '`pilothouse role list` shows them' },
    });
  if (others.length > 0)
    throw usageError(`${matches.length} grants match.`, `give an id: ${matches.map(({ id }) => id).join(', ')}`);
  if (binding.cluster)
    await context.api().call(routes.deleteShare, { params: { cluster: binding.cluster, id: binding.id } });
  else await context.api().call(routes.deleteRoleBinding, { params: { id: binding.id } });
  context.note(`${binding.user.email} is no longer ${describeGrant(binding)}.`);
  return 0;
}

function matchesGrant(
  binding: RoleBinding,
  wanted: { user: string; role: string | undefined; cluster: string | undefined },
): boolean {
  const sameUser = binding.user.id === wanted.user || binding.user.email.toLowerCase() === wanted.user.toLowerCase();
  return sameUser && (wanted.role === undefined || binding.role === wanted.role) && binding.cluster === wanted.cluster;
}
