import { type LogMessage, type QueryOf, resourceRoutes } from '@pilothouse/contract';
import { appError, type Clock, isAppError, messageOf } from '@pilothouse/core';
import { findResourceType, type KubeObject } from '@pilothouse/kube';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { implement } from '../../platform/http/route-implementation.ts';
import type { ServerModule } from '../../platform/module.ts';
import { openResponseStream } from '../../platform/streams/response-stream.ts';
import type { ClusterConnections } from '../clusters/cluster-connections.ts';
import type { ClusterDirectory } from '../clusters/cluster-directory.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import { containerNames, defaultContainer } from './container-state.ts';
import { streamPodLog } from './pod-log-stream.ts';

export type LogsModuleDeps = {
  directory: Pick<ClusterDirectory, 'resolve'>;
  connections: Pick<ClusterConnections, 'get'>;
  clock: Clock;
};

type PodParams = { cluster: string; namespace: string; name: string };
type LogQuery = QueryOf<typeof resourceRoutes.podLogs>;

export function createLogsModule(deps: LogsModuleDeps): ServerModule {
  return {
    name: 'logs',
    routes: [
      implement(resourceRoutes.podLogs, async ({ params, query, context }) => {
        await answerPodLog(params, query, { ...deps, context });
        return undefined;
      }),
    ],
  };
}

async function answerPodLog(
  params: PodParams,
  query: LogQuery,
  deps: LogsModuleDeps & { context: RequestContext },
): Promise<void> {
  const { directory, connections, clock, context } = deps;
  const { id } = await directory.resolve(params.cluster);
  const cluster = (await connections.get(id)).as(context.principal);
  const pod = await readPod(cluster, params);
  if (!pod) throw appError('not_found', `There is no pod ${params.namespace}/${params.name} on ${cluster.name}.`);
  const container = chooseContainer(pod, query.container);

  // The first batch is read before the headers go out, so that a refusal is still an ordinary error answer.
  const stop = new AbortController();
  const batches = streamPodLog(
    { ...query, namespace: params.namespace, pod: params.name, container },
    {
      client: cluster.client,
      clock,
      signal: AbortSignal.any([stop.signal, context.signal, context.principal.accessEnd]),
      async readPod() {
        const now = await readPod(cluster, params);
        return now?.metadata.uid === pod.metadata.uid ? now : undefined;
      },
    },
  );
  try {
    const quiet = clock.sleep(firstBatchPatience, stop.signal).then(
      () => undefined,
      () => undefined,
    );
    const first = batches.next();
    await Promise.race([first, quiet]);
    const stream = openResponseStream(context, { contentType: 'application/x-ndjson; charset=utf-8' });
    stream.signal.addEventListener('abort', () => stop.abort(), { once: true });
    try {
      for (let next = await first; !next.done; next = await batches.next()) await stream.write(linesOf(next.value));
    } catch (error) {
      if (!stream.signal.aborted) await stream.write(linesOf([{ type: 'notice', ...describe(error) }]));
    }
    stream.end();
  } finally {
    stop.abort();
    await batches.return();
  }
}

/** A quiet log must not keep its reader waiting for the headers. */
const firstBatchPatience = 1000;

async function readPod(cluster: OpenCluster, { namespace, name }: PodParams): Promise<KubeObject | undefined> {
  const type = findResourceType(await cluster.types(), 'pods');
  if (!type) return undefined;
  try {
    return await cluster.client.get({ type, namespace, name });
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found') return undefined;
    throw error;
  }
}

function chooseContainer(pod: KubeObject, wanted: string | undefined): string {
  const names = containerNames(pod);
  const chosen = wanted ?? defaultContainer(pod);
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw appError(
    'not_found',
    `The pod ${pod.metadata.name} has no container "${wanted ?? ''}". It has: ${names.join(', ')}.`,
  );
}

function linesOf(messages: readonly LogMessage[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
}

function describe(error: unknown): { code: string; message: string } {
  return isAppError(error)
    ? { code: error.code, message: messageOf(error) }
    : { code: 'internal', message: 'Something went wrong here.' };
}
