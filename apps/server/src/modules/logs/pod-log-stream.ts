import type { LogMessage } from '@pilothouse/contract';
import { type Clock, isAppError, messageOf } from '@pilothouse/core';
import {
  createLogLineSplitter,
  type KubeClient,
  type KubeObject,
  type LogLine,
  type LogOptions,
} from '@pilothouse/kube';
import { containerState } from './container-state.ts';
import { createLogResume, type LogResume } from './log-resume.ts';
import { normalTimestamp } from './log-timestamp.ts';

export type PodLogRequest = {
  namespace: string;
  pod: string;
  container: string;
  follow?: boolean | undefined;
  previous?: boolean | undefined;
  tailLines?: number | undefined;
  sinceSeconds?: number | undefined;
  sinceTime?: string | undefined;
};

export type PodLogDeps = {
  client: KubeClient;
  clock: Clock;
  /** The pod as it is now; undefined when it is gone, or another one of its name has come. */
  readPod(): Promise<KubeObject | undefined>;
  signal: AbortSignal;
};

type Batches = AsyncGenerator<LogMessage[], void, undefined>;

/** Bytes of a line that are kept; a log line may be a megabyte, a browser should not have to show it. */
const longestLine = 256 * 1024;
const firstPause = 250;
const longestPause = 15_000;
const pollInterval = 1000;

/**
 * The lines of one container, in batches as they arrive; a consumer that stops reading stops the cluster. When following, a dropped
 * connection and a restarted container are bridged from the last timestamp on, without gap or repeat; it ends when the container is done.
 */
export async function* streamPodLog(request: PodLogRequest, deps: PodLogDeps): Batches {
  const reader = createLogReader(request, deps);
  if (request.follow && !request.previous) yield* followLog(request.container, reader, deps);
  else yield* reader.read({});
  if (!deps.signal.aborted) yield [{ type: 'end' }];
}

async function* followLog(container: string, reader: LogReader, deps: PodLogDeps): Batches {
  const { clock, signal } = deps;
  const rest = (milliseconds: number) => clock.sleep(milliseconds, signal).catch(() => {});
  let pause = firstPause;
  let restarts: number | undefined;
  let told = '';
  let drained = false;
  while (!signal.aborted) {
    try {
      const pod = await deps.readPod();
      if (!pod) return yield [notice('pod_gone', 'The pod is gone')];
      const state = containerState(pod, container);
      if (restarts !== undefined && state.restarts > restarts && reader.opened) {
        yield* reader.readPrevious(state.restarts - restarts);
        drained = false;
      }
      restarts = state.restarts;
      if (state.phase === 'running') {
        for await (const batch of reader.read({ follow: true })) {
          pause = firstPause;
          yield batch;
        }
        drained = false;
        told = '';
        await rest(firstPause);
        continue;
      }
      if (!drained && (reader.opened || state.phase === 'ended' || restarts > 0)) {
        yield* reader.read({});
        drained = true;
      }
      if (!state.willRun) return;
      if (told !== state.message) yield [notice('container_waiting', state.message)];
      told = state.message;
      await rest(pollInterval);
    } catch (error) {
      if (signal.aborted) return;
      if (!mayRecover(error, reader.opened)) throw error;
      if (told !== 'connection_lost') yield [notice('connection_lost', messageOf(error))];
      told = 'connection_lost';
      await rest(pause);
      pause = Math.min(longestPause, pause * 2);
    }
  }
}

/** Before the first line an error belongs to the caller; later only a refusal or a vanished pod ends the stream. */
function mayRecover(error: unknown, opened: boolean): boolean {
  if (!isAppError(error)) return opened;
  return opened && error.code !== 'cluster_denied' && error.code !== 'not_found';
}

type LogReader = {
  /** Whether any stream was opened yet. */
  readonly opened: boolean;
  /** Reads on from where the last stream stopped. */
  read(options: { follow?: boolean; previous?: boolean }): Batches;
  /** What the container wrote before it restarted and we had not read. */
  readPrevious(count: number): Batches;
};

function createLogReader(request: PodLogRequest, deps: PodLogDeps): LogReader {
  const resume = createLogResume();
  let openedAt: string | undefined;

  function optionsOf(read: { follow?: boolean; previous?: boolean }): LogOptions {
    const { namespace, pod, container, tailLines, sinceSeconds, sinceTime, previous } = request;
    const since = resume.sinceTime ?? (tailLines === 0 ? openedAt : undefined);
    const from: Partial<LogOptions> =
      since === undefined
        ? {
            ...(tailLines === undefined ? {} : { tailLines }),
            ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
            ...(sinceTime === undefined ? {} : { sinceTime }),
            ...(previous ? { previous } : {}),
          }
        : { sinceTime: since };
    return { namespace, pod, container, timestamps: true, signal: deps.signal, ...from, ...read };
  }

  async function* read(options: { follow?: boolean; previous?: boolean }): Batches {
    const stream = await deps.client.logs(optionsOf(options));
    if (openedAt === undefined) openedAt = new Date(deps.clock.now()).toISOString();
    else resume.reopened();
    const splitter = createLogLineSplitter({ maxLine: longestLine, timestamps: true });
    try {
      for await (const chunk of stream) {
        const batch = messagesOf(splitter.push(chunk), request.container, resume);
        if (batch.length > 0) yield batch;
      }
      const last = messagesOf(splitter.end(), request.container, resume);
      if (last.length > 0) yield last;
    } finally {
      stream.destroy();
    }
  }

  async function* readPrevious(count: number): Batches {
    try {
      yield* read({ previous: true });
    } catch (error) {
      // The kubelet keeps only one earlier log, and not for ever.
      if (!isAppError(error) || !['invalid_input', 'not_found', 'cluster_error'].includes(error.code)) throw error;
    }
    const lost = count > 1 ? `; the lines of ${count - 1} restarts in between are lost` : '';
    yield [notice('container_restarted', `The container restarted${lost}`)];
  }

  return {
    get opened() {
      return openedAt !== undefined;
    },
    read,
    readPrevious,
  };
}

function messagesOf(lines: readonly LogLine[], container: string, resume: LogResume): LogMessage[] {
  const messages: LogMessage[] = [];
  for (const { text, timestamp, truncated } of lines) {
    const at = timestamp === undefined ? undefined : normalTimestamp(timestamp);
    if (at !== undefined && !resume.accept(at)) continue;
    messages.push({
      type: 'line',
      ...(at === undefined ? {} : { at }),
      text,
      container,
      ...(truncated === undefined ? {} : { truncated }),
    });
  }
  return messages;
}

function notice(code: string, message: string): LogMessage {
  return { type: 'notice', code, message };
}
