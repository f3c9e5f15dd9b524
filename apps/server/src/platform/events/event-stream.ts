import type { RequestContext } from '../http/request-context.ts';
import { encodeSseEvent } from '../streams/sse-event.ts';
import { createSseStream, type SseStream, type SseStreamOptions } from '../streams/sse-stream.ts';
import type { EventLog } from './event-log.ts';
import { type EventTail, encodeEvent, type TailedEvent } from './event-tail.ts';
import { wantsType } from './event-type-filter.ts';
import type { EventVisibility } from './event-visibility.ts';

export type EventStreamDeps = { events: EventLog; tail: EventTail; visibility: EventVisibility };

type Filter = (event: TailedEvent['event']) => boolean;

const pageSize = 500;
const mostWaiting = 10_000;

/**
 * The log as a live stream. It begins with `ready`, or with what was missed since `Last-Event-ID`, or with `reset` when the log no longer
 * reaches back that far: then the client reloads what it shows. The ids of `ready` and `reset` are places to resume from, too.
 */
export async function openEventStream(
  context: RequestContext,
  deps: EventStreamDeps,
  options: { types?: readonly string[] | undefined } & SseStreamOptions = {},
): Promise<void> {
  const { events, tail, visibility } = deps;
  const { types } = options;
  const wanted: Filter = (event) => (!types || wantsType(types, event.type)) && visibility(context.principal, event);
  const stream = createSseStream(context, options);
  const live = followTail(stream, tail, wanted);
  const from = await resumePlace(stream, events);
  if (from === undefined) greet(stream, stream.lastEventId === undefined ? 'ready' : 'reset', live.startedAt);
  else await catchUp({ stream, events, wanted, from, upTo: live.startedAt });
  live.join(from ?? live.startedAt);
}

/** Follows the tail at once, so that nothing is missed while the stream catches up; what comes meanwhile waits. */
function followTail(
  stream: SseStream,
  tail: EventTail,
  wanted: Filter,
): { startedAt: number; join(place: number): void } {
  let waiting: TailedEvent[] | undefined = [];
  const startedAt = tail.place;
  // Another replica may have given the client more than this one has read yet.
  let joinedAt = 0;
  const deliver = (batch: readonly TailedEvent[]) => {
    const frames = batch.filter(({ event }) => event.seq > joinedAt && wanted(event)).map(({ frame }) => frame);
    const [first, ...more] = frames;
    if (first) stream.sendEncoded(more.length === 0 ? first : Buffer.concat(frames));
  };
  const unsubscribe = tail.subscribe((batch) => {
    if (!waiting) deliver(batch);
    else if (waiting.push(...batch) > mostWaiting)
      stream.close('stream_too_slow', 'Catching up takes this client too long. Reconnect to go on.');
  });
  stream.signal.addEventListener('abort', unsubscribe, { once: true });
  return {
    startedAt,
    join(place) {
      joinedAt = place;
      if (waiting) deliver(waiting);
      waiting = undefined;
    },
  };
}

/** Where the client was, when the log still has everything after it. */
async function resumePlace({ lastEventId }: SseStream, events: EventLog): Promise<number | undefined> {
  if (lastEventId === undefined || !/^\d{1,15}$/.test(lastEventId)) return undefined;
  const place = Number(lastEventId);
  const { oldest, newest } = await events.bounds();
  return place >= oldest - 1 && place <= newest ? place : undefined;
}

function greet(stream: SseStream, event: 'ready' | 'reset', place: number): void {
  stream.sendEncoded(encodeSseEvent({ event, id: String(place), data: JSON.stringify({ seq: place }) }));
}

type CatchUp = { stream: SseStream; events: EventLog; wanted: Filter; from: number; upTo: number };

async function catchUp({ stream, events, wanted, from, upTo }: CatchUp): Promise<void> {
  for (let place = from; place < upTo && !stream.signal.aborted; ) {
    const page = await events.readAfter(place, { limit: pageSize });
    const due = page.filter((event) => event.seq <= upTo);
    const frames = due.filter(wanted).map(encodeEvent);
    if (frames.length > 0) stream.sendEncoded(Buffer.concat(frames));
    if (due.length < pageSize) return;
    place = due.at(-1)?.seq ?? upTo;
    await stream.drained();
  }
}
