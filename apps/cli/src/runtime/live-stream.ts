import type { ServerSentEvent } from '@pilothouse/contract/client';
import { type AppError, isAppError, messageOf, systemClock } from '@pilothouse/core';
import type { CliContext } from './cli-context.ts';

export type LiveStreamOptions = {
  /** Opens the stream, from `lastId` on when there is one. */
  open(lastId: string | undefined): Promise<AsyncIterable<ServerSentEvent>>;
  /** Gives back false to end. */
  event(event: ServerSentEvent): Promise<boolean> | boolean;
};

const firstDelay = 250;
const longestDelay = 10_000;

/**
 * Reads a server-sent stream for as long as the person wants: when it breaks, it is opened again after a growing, jittered delay and resumed
 * from the last event. Errors that trying again cannot mend (not allowed, not found, wrong input) end it.
 */
export async function followStream(context: CliContext, options: LiveStreamOptions): Promise<void> {
  let lastId: string | undefined;
  let delay = firstDelay;
  let lost = false;
  for (;;) {
    try {
      for await (const event of await options.open(lastId)) {
        if (lost) context.note('connected again.');
        lost = false;
        delay = firstDelay;
        if (event.id) lastId = event.id;
        if (event.event === 'close') break;
        if (!(await options.event(event))) return;
      }
    } catch (error) {
      if (context.interrupted.aborted) return;
      if (isAppError(error) && !mayPass(error)) throw error;
      if (!lost) context.note(`connection lost (${messageOf(error)}); trying again…`);
      lost = true;
    }
    if (context.interrupted.aborted) return;
    await systemClock.sleep(delay * (0.5 + Math.random()), context.interrupted).catch(() => undefined);
    delay = Math.min(delay * 2, longestDelay);
  }
}

function mayPass(error: AppError): boolean {
  return error.kind === 'unavailable' || error.kind === 'limited' || error.kind === 'internal';
}
