import type { Cluster, ClusterAccess, KubeconfigContext } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError, type ErrorKind, isAppError } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { reportError } from '../../runtime/error-report.ts';
import { exitCodeOfMany } from '../../runtime/exit-code.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { type AccessOptions, accessOfOptions } from './access-options.ts';
import { parseLabels } from './cluster-labels.ts';
import { pickContexts } from './context-picker.ts';
import { type ContextSource, contextsToAdd } from './kubeconfig-source.ts';
import { clusterText } from './print-cluster.ts';

export type AddOptions = AccessOptions & {
  allContexts?: boolean;
  label?: string[];
  default?: boolean;
  force?: boolean;
  output: 'text' | 'json' | 'yaml' | 'name';
};

type Registration = { name: string; access: ClusterAccess };

export async function addClusters(context: CliContext, options: AddOptions, name?: string): Promise<number> {
  const registrations = await registrationsOf(context, options, name);
  const failures: ErrorKind[] = [];
  for (const registration of registrations) {
    try {
      await report(context, options, await register(context, options, registration));
    } catch (error) {
      if (!isAppError(error) || registrations.length === 1) throw error;
      context.error(`${registration.name} was not registered:`);
      reportError(error, context.io);
      failures.push(error.kind);
    }
  }
  return exitCodeOfMany(failures, registrations.length);
}

async function registrationsOf(
  context: CliContext,
  options: AddOptions,
  name: string | undefined,
): Promise<Registration[]> {
  const access = await accessOfOptions(context, options);
  if (access) {
    if (options.context || options.allContexts)
      throw usageError('--context and --all-contexts belong to a kubeconfig.');
    if (!name && access.type !== 'simulated')
      throw usageError('Give the cluster a name.', 'pilothouse cluster add <name> …');
    return [{ name: name ?? (access.type === 'simulated' ? (access.profile ?? 'shop') : ''), access }];
  }
  const source = await contextsToAdd(context, options.kubeconfig);
  const contexts = await chooseContexts(context, options, source);
  if (name && contexts.length > 1)
    throw usageError('A name fits one context only.', 'choose one with --context, or leave the name out');
  return contexts.map((each) => ({ name: name ?? clusterName(each.name), access: source.access(each.name) }));
}

async function chooseContexts(
  context: CliContext,
  options: AddOptions,
  { contexts, from }: ContextSource,
): Promise<KubeconfigContext[]> {
  if (options.allContexts) return withoutRefused(context, contexts);
  if (options.context) {
    const found = contexts.find(({ name }) => name === options.context);
    if (found) return [refuseRefused(found)];
    throw new AppError('not-found', 'not_found', `There is no context "${options.context}" in ${from}.`, {
      extra: { next: `it has ${contexts.map(({ name }) => name).join(', ') || 'none'}` },
    });
  }
  const [only, ...others] = contexts;
  if (!only) throw usageError(`There are no contexts in ${from}.`);
  if (others.length === 0) return [refuseRefused(only)];
  if (context.io.stdin.isTTY) return pickContexts(context, contexts);
  const current = contexts.find((each) => each.current);
  if (current && options.kubeconfig) return [refuseRefused(current)];
  throw usageError(`There are ${contexts.length} contexts in ${from}.`, 'choose with --context or --all-contexts');
}

function refuseRefused(chosen: KubeconfigContext): KubeconfigContext {
  if (chosen.refusal)
    throw new AppError(
      'invalid',
      'kubeconfig_refused',
      `Context ${chosen.name} cannot be registered: ${chosen.refusal}`,
    );
  return chosen;
}

function withoutRefused(context: CliContext, contexts: readonly KubeconfigContext[]): KubeconfigContext[] {
  for (const { name, refusal, registeredAs } of contexts) {
    if (refusal) context.warn(`${name} is left out: ${refusal}`);
    else if (registeredAs) context.note(`${name} is registered as ${registeredAs} already.`);
  }
  const left = contexts.filter(({ refusal, registeredAs }) => !refusal && !registeredAs);
  if (left.length === 0) throw usageError('No context is left to register.');
  return left;
}

/** A context name made fit for a cluster name: lower-case letters, digits, "-" and ".", at most 63. */
export function clusterName(context: string): string {
  const name = context
    .toLowerCase()
    .replace(/^arn:.*[:/]/, '')
    .replace(/[^a-z0-9.-]+/g, '-')
    .slice(0, 63)
    .replace(/^[-.]+|[-.]+$/g, '');
  if (name !== '') return name;
  throw usageError(
    `No cluster name can be made of the context "${context}".`,
    'give one: pilothouse cluster add <name> --context …',
  );
}

function register(context: CliContext, options: AddOptions, { name, access }: Registration): Promise<Cluster> {
  const labels = parseLabels(options.label ?? []).set;
  return context.api().call(routes.createCluster, {
    body: {
      name,
      access,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(options.default ? { default: true } : {}),
      ...(options.force ? { force: true } : {}),
      ...(options.allowPrivateAddress ? { allowPrivateAddress: true } : {}),
    },
  });
}

async function report(context: CliContext, options: AddOptions, cluster: Cluster): Promise<void> {
  if (options.output !== 'text') return context.print(clusterText(context, cluster, options.output));
  const version = cluster.facts?.version ? `, ${cluster.facts.version}` : '';
  await context.print(`cluster ${cluster.name} registered (${cluster.connection.state}${version})\n`);
}
