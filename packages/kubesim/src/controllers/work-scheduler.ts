import { type Clock, isAppError, type Logger, messageOf } from '@pilothouse/core';

/** Keys of objects that want a look. Adding a key that waits already keeps the earlier of the two times. */
export type WorkQueue = {
  add(key: string, delayMilliseconds?: number): void;
};

/**
 * One queue of timed work for all controllers. A reconcile is synchronous, sees the newest state and may be asked for at any time; when it
 * throws it is tried again later (5 ms, doubling, up to 60 s).
 */
export type WorkScheduler = {
  queue(name: string, reconcile: (key: string) => void): WorkQueue;
  /** The keys that wait, with their queue, for a message. */
  waiting(): string[];
  /** When the earliest work is due (milliseconds since the epoch). */
  nextDue(): number | undefined;
  /** Does what is due, for at most about `budget` milliseconds; true when more is due. */
  runDue(budget?: number): boolean;
  /** Works until `signal` aborts, sleeping on the clock between. */
  run(signal: AbortSignal): Promise<void>;
};

type Work = { due: number; order: number; queue: QueueState; key: string };
type QueueState = {
  name: string;
  reconcile: (key: string) => void;
  waiting: Map<string, Work>;
  failures: Map<string, number>;
};

export type WorkSchedulerDeps = { clock: Clock; logger: Logger };

export function createWorkScheduler({ clock, logger }: WorkSchedulerDeps): WorkScheduler {
  const heap: Work[] = [];
  let order = 0;
  let wake: (() => void) | undefined;

  function add(queue: QueueState, key: string, delay: number): void {
    const due = clock.now() + delay;
    const known = queue.waiting.get(key);
    if (known !== undefined && known.due <= due) return;
    const work: Work = { due, order: order++, queue, key };
    queue.waiting.set(key, work);
    push(heap, work);
    wake?.();
  }

  /** The earliest work that was not superseded by an earlier asking. */
  function peek(): Work | undefined {
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      if (first.queue.waiting.get(first.key) === first) return first;
      pop(heap);
    }
    return undefined;
  }

  function reconcile({ queue, key }: Work): void {
    try {
      queue.reconcile(key);
      queue.failures.delete(key);
    } catch (error) {
      const failures = queue.failures.get(key) ?? 0;
      queue.failures.set(key, failures + 1);
      add(queue, key, Math.min(60_000, 5 * 2 ** Math.min(failures, 20)));
      // Refusals (a namespace going away, an invalid object of the user's) are the cluster's business; anything else is a bug of ours.
      const fields = { controller: queue.name, key, error: messageOf(error) };
      if (isAppError(error)) logger.debug('a simulated controller was refused and will try again', fields);
      else logger.warn('a simulated controller failed and will try again', fields);
    }
  }

  function runDue(budget = Number.POSITIVE_INFINITY): boolean {
    const stopAt = performance.now() + budget;
    for (;;) {
      const work = peek();
      if (work === undefined || work.due > clock.now()) return false;
      pop(heap);
      work.queue.waiting.delete(work.key);
      reconcile(work);
      if (performance.now() > stopAt) return true;
    }
  }

  /** Resolves at `due`, or before when earlier work arrives. */
  async function rest(due: number | undefined, signal: AbortSignal): Promise<void> {
    const nap = new AbortController();
    const stop = () => nap.abort();
    wake = stop;
    signal.addEventListener('abort', stop, { once: true });
    const longest = 2 ** 31 - 1;
    await clock
      .sleep(Math.min(longest, Math.max(0, (due ?? Number.POSITIVE_INFINITY) - clock.now())), nap.signal)
      .catch(() => {});
    signal.removeEventListener('abort', stop);
    wake = undefined;
  }

  return {
    queue(name, reconcileOne) {
      const state: QueueState = { name, reconcile: reconcileOne, waiting: new Map(), failures: new Map() };
      return { add: (key, delay = 0) => add(state, key, delay) };
    },
    waiting: () => heap.slice(0, 20).map(({ queue, key }) => `${queue.name} ${key}`),
    nextDue: () => peek()?.due,
    runDue,
    async run(signal) {
      while (!signal.aborted) {
        // Short turns, so that requests to the API are answered between them.
        if (runDue(8)) await new Promise(setImmediate);
        else await rest(peek()?.due, signal);
      }
    },
  };
}

function before(a: Work, b: Work): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function push(heap: Work[], work: Work): void {
  let at = heap.length;
  heap.push(work);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || before(above, work)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = work;
}

function pop(heap: Work[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const smaller = right !== undefined && before(right, left) ? right : left;
    if (before(last, smaller)) break;
    heap[at] = smaller;
    at = smaller === left ? 2 * at + 1 : 2 * at + 2;
  }
  heap[at] = last;
}
