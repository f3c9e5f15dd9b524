import type { ServerResponse } from 'node:http';

/** The lines of one open watch. A reader that falls too far behind is cut off, as the API server does: it must list again. */
export type WatchStream = {
  readonly closed: boolean;
  /** Queues a line; never waits. */
  write(line: Buffer): void;
  /** Queues a line and resolves when the queue has room: for the long initial state. */
  send(line: Buffer): Promise<void>;
  end(): void;
  /** Breaks the connection in the middle. */
  destroy(): void;
  onClose(listener: () => void): void;
};

/** Bytes one watcher may have waiting before it is cut off. */
const maxQueued = 32 * 1024 * 1024;
/** Bytes handed to the socket at once. */
const batchBytes = 256 * 1024;

export function createWatchStream(response: ServerResponse): WatchStream {
  let queue: Buffer[] = [];
  let queued = 0;
  let scheduled = false;
  let blocked = false;
  let closed = false;
  let ending = false;
  let waiting: (() => void)[] = [];

  function flush(): void {
    scheduled = false;
    while (queue.length > 0 && !blocked && !closed) {
      let size = 0;
      let count = 0;
      while (count < queue.length && size < batchBytes) size += queue[count++]?.length ?? 0;
      const batch = count === 1 ? queue[0] : Buffer.concat(queue.slice(0, count));
      queue = count === queue.length ? [] : queue.slice(count);
      queued -= size;
      if (batch !== undefined && !response.write(batch)) {
        blocked = true;
        response.once('drain', () => {
          blocked = false;
          flush();
        });
      }
    }
    if (queued < batchBytes) release();
    if (ending && queue.length === 0 && !closed) response.end();
  }

  function release(): void {
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  }

  function write(line: Buffer): void {
    if (closed || ending) return;
    queue.push(line);
    queued += line.length;
    if (queued > maxQueued) {
      response.destroy();
      return;
    }
    if (scheduled || blocked) return;
    scheduled = true;
    setImmediate(flush);
  }

  response.on('close', () => {
    closed = true;
    queue = [];
    release();
  });
  response.on('error', () => response.destroy());

  return {
    get closed() {
      return closed;
    },
    write,
    async send(line) {
      write(line);
      if (queued >= batchBytes && !closed) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    end() {
      if (ending || closed) return;
      ending = true;
      if (!scheduled && !blocked) flush();
    },
    destroy: () => response.destroy(),
    onClose: (listener) => response.on('close', listener),
  };
}
