import type { CliContext } from './cli-context.ts';
import { usageError } from './usage-error.ts';

export type NamespaceOptions = { namespace?: string; allNamespaces?: boolean };

/** One namespace, as kubectl has it: the option, PILOTHOUSE_NAMESPACE, the one chosen with `pilothouse use`, or `default`. */
export function chooseNamespace(context: CliContext, options: { namespace?: string }): string {
  return options.namespace ?? context.io.env.PILOTHOUSE_NAMESPACE ?? context.server().saved.namespace ?? 'default';
}

/** For the `namespaces` query; undefined is all of them. */
export function chooseNamespaces(context: CliContext, options: NamespaceOptions): string | undefined {
  if (options.allNamespaces && options.namespace) throw usageError('Give one of --namespace and --all-namespaces.');
  return options.allNamespaces ? undefined : chooseNamespace(context, options);
}

/** Namespaces are in no namespace: `get ns` lists all of them wherever one is, as kubectl does. */
export function namespacesOf(resource: string, namespaces: string | undefined): string | undefined {
  return ['ns', 'namespace', 'namespaces', 'namespaces.v1'].includes(resource.toLowerCase()) ? undefined : namespaces;
}
