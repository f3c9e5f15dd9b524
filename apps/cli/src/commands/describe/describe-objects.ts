import type { KubeEvent, ObjectAnswer } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { type ErrorKind, isAppError } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster } from '../../runtime/cluster-choice.ts';
import { reportError } from '../../runtime/error-report.ts';
import { exitCodeOfMany } from '../../runtime/exit-code.ts';
import { type KindLookup, lookUpKinds, pathNamespace } from '../../runtime/kind-lookup.ts';
import { chooseNamespace } from '../../runtime/namespace-choice.ts';
import { parseNamedObjects } from '../../runtime/resource-arguments.ts';
import { descriptionText } from './description-text.ts';

type DescribeOptions = { cluster?: string; namespace?: string; events: boolean };

export async function describeObjects(
  context: CliContext,
  options: DescribeOptions,
  objects: string[],
): Promise<number> {
  const named = parseNamedObjects(objects);
  const cluster = await chooseCluster(context, options.cluster);
  const kinds = await lookUpKinds(context, cluster);
  const failures: ErrorKind[] = [];
  for (const [index, each] of named.entries()) {
    try {
      const text = await describeOne(context, { ...each, ...options, cluster, kinds });
      await context.print(index > 0 ? `\n\n${text}` : text);
    } catch (error) {
      if (!isAppError(error)) throw error;
      reportError(error, context.io);
      failures.push(error.kind);
    }
  }
  return exitCodeOfMany(failures, named.length);
}

type Wanted = {
  resource: string;
  name: string;
  cluster: string;
  namespace?: string;
  events: boolean;
  kinds: KindLookup;
};

async function describeOne(context: CliContext, wanted: Wanted): Promise<string> {
  const kind = wanted.kinds.find(wanted.resource);
  const namespace = pathNamespace(kind, chooseNamespace(context, wanted));
  const answer: ObjectAnswer = await context.api().call(routes.getObject, {
    params: { cluster: wanted.cluster, resource: kind.resource, namespace, name: wanted.name },
  });
  const object = answer.object as KubeObject;
  const events = wanted.events ? await eventsOf(context, wanted.cluster, object.metadata.uid) : undefined;
  return descriptionText({ ...answer, object }, { events, now: context.io.now(), style: context.style });
}

async function eventsOf(context: CliContext, cluster: string, uid: string | undefined): Promise<KubeEvent[]> {
  if (!uid) return [];
  const { items } = await context
    .api()
    .call(routes.listEvents, { query: { clusters: cluster, object: uid, limit: 100 } });
  return items.reverse();
}
