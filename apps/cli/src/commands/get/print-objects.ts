import type { ObjectMessage, SourceFailure, SourceState } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError, type ErrorKind, isAppError } from '@pilothouse/core';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { reportError } from '../../runtime/error-report.ts';
import { exitCodeOfMany } from '../../runtime/exit-code.ts';
import { lookUpKinds, pathNamespace } from '../../runtime/kind-lookup.ts';
import { mapConcurrently } from '../../runtime/map-concurrently.ts';
import { chooseNamespace, namespacesOf } from '../../runtime/namespace-choice.ts';
import type { ResourceTarget } from '../../runtime/resource-arguments.ts';
import type { GetRequest } from './get-request.ts';
import { longestWaitMilliseconds, withoutUndefined } from './resource-rows.ts';
import { reportSources } from './source-report.ts';

/** Says which cluster an object of a list over several clusters is from; not part of the object on the cluster. */
const clusterAnnotation = 'pilothouse.dev/cluster';

export type FoundObject = { readonly cluster: string; readonly object: unknown };

/** The objects themselves: the one that was named, else a `List`, as kubectl prints it. */
export async function printObjects(
  context: CliContext,
  request: GetRequest,
  targets: readonly ResourceTarget[],
): Promise<number> {
  const { clusters, options } = request;
  const direct = !clusters.several && targets.every(({ names }) => names.length > 0);
  const { objects, code, one } = direct
    ? await readNamedObjects(context, request, targets)
    : await readLists(context, request, targets);
  const items = clusters.several ? objects.map(withCluster) : objects.map(({ object }) => object);
  if (one && items.length === 0) return code;
  const document = one ? items[0] : { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
  await context.print(options.output === 'json' ? jsonText(document) : yamlText(document));
  return code;
}

type Read = { objects: FoundObject[]; code: number; one: boolean };

/** Objects of one cluster by their names: nothing else needs to be loaded for them. */
async function readNamedObjects(
  context: CliContext,
  { clusters, options }: GetRequest,
  targets: readonly ResourceTarget[],
): Promise<Read> {
  const cluster = clusters.query ?? '';
  const kinds = await lookUpKinds(context, cluster);
  const namespace = chooseNamespace(context, options);
  const wanted = targets.flatMap(({ resource, names }) => names.map((name) => ({ kind: kinds.find(resource), name })));
  const failures: ErrorKind[] = [];
  const read = await mapConcurrently(wanted, 8, async ({ kind, name }) => {
    const params = { cluster, resource: kind.resource, namespace: pathNamespace(kind, namespace), name };
    try {
      return { cluster, object: (await context.api().call(routes.getObject, { params })).object };
    } catch (error) {
      if (!isAppError(error) || wanted.length === 1) throw error;
      reportError(error, context.io);
      failures.push(error.kind);
      return undefined;
    }
  });
  const objects = read.filter((each) => each !== undefined);
  return { objects, code: exitCodeOfMany(failures, wanted.length), one: wanted.length === 1 };
}

async function readLists(context: CliContext, request: GetRequest, targets: readonly ResourceTarget[]): Promise<Read> {
  const { options, query } = request;
  const lists = await Promise.all(
    targets.map(async ({ resource, names }) => {
      const list = await readObjectList(context, resource, {
        ...query,
        namespaces: namespacesOf(resource, query.namespaces),
        limit: options.limit,
        wait: longestWaitMilliseconds,
      });
      // By name over several clusters: the server has no such filter of its own for more than one name.
      const named =
        names.length > 0 ? list.objects.filter(({ object }) => names.includes(nameOf(object))) : list.objects;
      return { ...list, objects: named };
    }),
  );
  const codes = lists.map((list) => reportSources(context, { ...list, found: list.objects.length }));
  return {
    objects: lists.flatMap(({ objects }) => objects),
    code: codes.find((code) => code !== 0) ?? 0,
    one: false,
  };
}

const nameOf = (object: unknown) => (object as { metadata: { name: string } }).metadata.name;

type ObjectList = {
  objects: FoundObject[];
  complete: boolean;
  failures: SourceFailure[];
  sources: SourceState[];
};

async function readObjectList(context: CliContext, resource: string, query: object): Promise<ObjectList> {
  const objects: FoundObject[] = [];
  for await (const line of await context
    .api()
    .lines(routes.listObjects, { params: { resource }, query: withoutUndefined(query) })) {
    const message = JSON.parse(line) as ObjectMessage;
    if (message.type === 'object') objects.push(message);
    else return { objects, complete: message.complete, failures: message.failures, sources: message.sources };
  }
  throw new AppError('unavailable', 'server_unreachable', 'The connection was lost in the middle of the list.');
}

export function withCluster({ cluster, object }: FoundObject): unknown {
  const source = object as { metadata?: { annotations?: object } };
  const annotations = { ...source.metadata?.annotations, [clusterAnnotation]: cluster };
  return { ...source, metadata: { ...source.metadata, annotations } };
}
