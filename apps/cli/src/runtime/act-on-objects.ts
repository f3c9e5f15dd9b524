import type { ResourceKind } from '@pilothouse/contract';
import { type ErrorKind, isAppError } from '@pilothouse/core';
import { terminalText } from '../output/terminal-text.ts';
import type { CliContext } from './cli-context.ts';
import { chooseCluster } from './cluster-choice.ts';
import { reportError } from './error-report.ts';
import { exitCodeOfMany } from './exit-code.ts';
import { lookUpKinds, objectLabel, pathNamespace } from './kind-lookup.ts';
import { chooseNamespace } from './namespace-choice.ts';
import { parseNamedObjects } from './resource-arguments.ts';

export type ObjectParams = { cluster: string; resource: string; namespace: string; name: string };

/** One object of a command that changes some: what the API needs, and how it is named to a person. */
export type ActedObject = { readonly params: ObjectParams; readonly kind: ResourceKind; readonly label: string };

/** The objects that arguments like `deploy/web` or `pod a b` name, on one cluster. */
export async function namedObjects(
  context: CliContext,
  args: readonly string[],
  options: { cluster?: string; namespace?: string },
): Promise<ActedObject[]> {
  const named = parseNamedObjects(args);
  const cluster = await chooseCluster(context, options.cluster);
  const kinds = await lookUpKinds(context, cluster);
  const namespace = chooseNamespace(context, options);
  return named.map(({ resource, name }) => {
    const kind = kinds.find(resource);
    const params = { cluster, resource: kind.resource, namespace: pathNamespace(kind, namespace), name };
    return { params, kind, label: objectLabel(kind, name) };
  });
}

/** Does one thing to each object in turn and prints what came of it; a failure is reported and the others go on. */
export async function actOnEach<Item extends { readonly label: string }>(
  context: CliContext,
  items: readonly Item[],
  act: (item: Item) => Promise<string>,
): Promise<number> {
  const failures: ErrorKind[] = [];
  for (const item of items) {
    try {
      const outcome = await act(item);
      await context.print(`${terminalText(item.label)} ${outcome}\n`);
    } catch (error) {
      if (!isAppError(error)) throw error;
      reportError(error, context.io);
      failures.push(error.kind);
    }
  }
  return exitCodeOfMany(failures, items.length);
}
