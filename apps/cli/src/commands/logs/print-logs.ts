import { AppError } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster } from '../../runtime/cluster-choice.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { chooseNamespace } from '../../runtime/namespace-choice.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { followNewPods } from './follow-new-pods.ts';
import { createLogPrinter } from './log-printer.ts';
import { type LogSource, type PodSet, selectPods, sourcesOfPod } from './pod-selection.ts';
import { readLog } from './read-log.ts';

export type LogsOptions = {
  cluster?: string;
  namespace?: string;
  selector?: string;
  container?: string;
  allContainers?: boolean;
  follow?: boolean;
  previous?: boolean;
  tail?: number;
  since?: number;
  sinceTime?: string;
  timestamps?: boolean;
  prefix?: boolean;
};

const tailOfEachPod = 10;

export async function printLogs(context: CliContext, options: LogsOptions, object?: string): Promise<number> {
  if (!object === !options.selector)
    throw usageError('Name a pod or a workload, or give --selector.', 'for example `pilothouse logs deploy/web`');
  if (options.follow && options.previous) throw usageError('What ran before is over: --previous cannot be followed.');
  const place = {
    cluster: await chooseCluster(context, options.cluster),
    namespace: chooseNamespace(context, options),
  };
  const pods = await selectPods(context, { ...place, object, selector: options.selector });
  if (pods.pods.length === 0 && !options.follow)
    throw new AppError(
      'not-found',
      'not_found',
      `No pod matches ${object ?? options.selector} in namespace ${place.namespace}.`,
    );
  const sources = pods.pods.flatMap((pod) => sourcesOfPod(pod, options));
  const tail = options.tail ?? (options.selector ? tailOfEachPod : -1);
  const prefix =
    options.prefix === true || sources.length > 1 || (options.follow === true && pods.labelSelector !== undefined);
  const printer = createLogPrinter(context, {
    timestamps: options.timestamps === true,
    prefix,
    merge: !options.follow && sources.length > 1,
  });
  const read = (source: LogSource, from: { tail: number }) =>
    readLog(context, {
      ...place,
      ...source,
      follow: options.follow === true,
      options: { ...options, tail: from.tail },
      take: printer.take(source),
    });
  if (!options.follow) {
    const failures = await readInOrder(sources, (source) => read(source, { tail }), printer.flushMerged);
    if (failures.length > 0 && failures.length === sources.length) throw failures[0];
    for (const failure of failures) context.warn((failure as Error).message);
    return exitCode(failures.length > 0 ? 'partial' : 'ok');
  }
  await followAll(context, {
    pods,
    place,
    options,
    start: (source, isNew) => read(source, { tail: isNew ? -1 : tail }),
    sources,
  });
  return context.interrupted.aborted ? exitCode('interrupted') : exitCode('ok');
}

/** Reads all at once and prints them merged by time; a source that fails does not silence the others. */
async function readInOrder(
  sources: readonly LogSource[],
  read: (source: LogSource) => Promise<void>,
  flush: () => Promise<void>,
): Promise<unknown[]> {
  const settled = await Promise.allSettled(sources.map(read));
  await flush();
  return settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
}

type Following = {
  pods: PodSet;
  place: { cluster: string; namespace: string };
  options: LogsOptions;
  sources: readonly LogSource[];
  start(source: LogSource, isNew: boolean): Promise<void>;
};

async function followAll(context: CliContext, following: Following): Promise<void> {
  const { pods, place, options, sources, start } = following;
  const startSafely = (source: LogSource, isNew: boolean) =>
    start(source, isNew).catch((error: unknown) => {
      if (sources.length === 1 && pods.labelSelector === undefined) throw error;
      if (!context.interrupted.aborted) context.warn((error as Error).message);
    });
  const running = sources.map((source) => startSafely(source, false));
  if (pods.labelSelector === undefined) return void (await Promise.all(running));
  await followNewPods(context, {
    ...place,
    labelSelector: pods.labelSelector,
    known: new Set(pods.pods.map(({ uid }) => uid)),
    found: (pod) => {
      for (const source of sourcesOfPod(pod, options)) void startSafely(source, true);
    },
  });
}
