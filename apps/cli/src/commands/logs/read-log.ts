import type { LogMessage } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { isAppError, messageOf, systemClock } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { withoutUndefined } from '../get/resource-rows.ts';

export type LogLine = Extract<LogMessage, { type: 'line' }>;

export type LogRequest = {
  cluster: string;
  namespace: string;
  pod: string;
  container?: string;
  follow: boolean;
  options: { previous?: boolean; tail: number; since?: number; sinceTime?: string };
  take(message: LogLine | Extract<LogMessage, { type: 'notice' }>): Promise<void> | undefined;
};

const longestDelay = 5000;

/** Hands on the lines of one container. A followed log that breaks is opened again where it broke, without gap or repeat. */
export async function readLog(context: CliContext, request: LogRequest): Promise<void> {
  const resume = createResume();
  let delay = 250;
  for (;;) {
    try {
      const ended = await readOnce(context, request, resume);
      if (ended || !request.follow) return;
    } catch (error) {
      if (context.interrupted.aborted) return;
      const mayPass = !isAppError(error) || error.kind === 'unavailable' || error.kind === 'limited';
      if (!request.follow || !mayPass) throw error;
      context.note(`log of ${request.pod}: connection lost (${messageOf(error)}); trying again…`);
    }
    if (context.interrupted.aborted) return;
    await systemClock.sleep(delay, context.interrupted).catch(() => undefined);
    delay = Math.min(delay * 2, longestDelay);
  }
}

async function readOnce(
  context: CliContext,
  request: LogRequest,
  resume: ReturnType<typeof createResume>,
): Promise<boolean> {
  const { cluster, namespace, pod, container, follow, options } = request;
  const since = resume.last;
  const start = since
    ? { sinceTime: since }
    : {
        tailLines: options.tail < 0 ? undefined : options.tail,
        sinceSeconds: options.since && Math.ceil(options.since / 1000),
        sinceTime: options.sinceTime,
      };
  const lines = await context.api().lines(routes.podLogs, {
    params: { cluster, namespace, name: pod },
    query: withoutUndefined({ container, follow, previous: options.previous, ...start }),
    signal: context.interrupted,
  });
  resume.reopened();
  for await (const line of lines) {
    if (line === '') continue;
    const message = JSON.parse(line) as LogMessage;
    if (message.type === 'end') return true;
    if (message.type === 'line' && !resume.accept(message.at)) continue;
    await request.take(message);
  }
  return false;
}

/** Lines from `last` on come again after a break: as many as were handed on with each of those times are skipped. */
export function createResume() {
  let last: string | undefined;
  let ofLast = 0;
  let boundary: string | undefined;
  let toSkip = 0;
  return {
    get last() {
      return last;
    },
    reopened(): void {
      boundary = last;
      toSkip = ofLast;
    },
    accept(at: string | undefined): boolean {
      if (at === undefined) return true;
      if (boundary !== undefined && at < boundary) return false;
      if (boundary !== undefined && at === boundary && toSkip > 0) {
        toSkip -= 1;
        return false;
      }
      if (at === last) ofLast += 1;
      else if (last === undefined || at > last) [last, ofLast] = [at, 1];
      return true;
    },
  };
}
