import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** Where a simulated command reads from. */
export type ByteSource = {
  /** The next bytes; undefined at the end. */
  read(): Promise<Buffer | undefined>;
  /** The next line without its end; the rest at the end of input; undefined after it. */
  readLine(): Promise<string | undefined>;
  /** Everything up to the end. */
  readAll(): Promise<string>;
};

/** Where it writes to. `write` waits while the reader is slow and rejects with a ClosedPipe when nobody reads any more. */
export type ByteSink = { write(data: string | Uint8Array): Promise<void> };

/** The reader of a pipe went away (EPIPE). */
export class ClosedPipe extends Error {
  constructor() {
    super('Broken pipe');
    this.name = 'ClosedPipe';
  }
}

export function isClosedPipe(error: unknown): boolean {
  return error instanceof ClosedPipe;
}

/** A source over anything that gives chunks one after the other. */
export function sourceOf(next: () => Promise<Uint8Array | undefined>): ByteSource {
  let held: Buffer = Buffer.alloc(0);
  let ended = false;

  async function fill(): Promise<boolean> {
    if (ended) return false;
    const chunk = await next();
    if (chunk === undefined) ended = true;
    else held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    return !ended;
  }

  function take(length: number): Buffer {
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  }

  return {
    async read() {
      if (held.length === 0 && !(await fill())) return undefined;
      return take(held.length);
    },
    async readLine() {
      for (;;) {
        const end = held.indexOf(10);
        if (end >= 0) return take(end + 1).toString('utf8', 0, end);
        if (await fill()) continue;
        return held.length === 0 ? undefined : take(held.length).toString('utf8');
      }
    },
    async readAll() {
      while (await fill());
      return take(held.length).toString('utf8');
    },
  };
}

export function textSource(text: string): ByteSource {
  let left: Buffer | undefined = Buffer.from(text);
  return sourceOf(async () => {
    const chunk = left;
    left = undefined;
    return chunk === undefined || chunk.length === 0 ? undefined : chunk;
  });
}

export const emptySource: ByteSource = {
  read: async () => undefined,
  readLine: async () => undefined,
  readAll: async () => '',
};

export function streamSource(stream: Readable): ByteSource {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return sourceOf(async () => {
    try {
      const { done, value } = await chunks.next();
      return done === true ? undefined : value;
    } catch {
      return undefined; // the client left
    }
  });
}

export function streamSink(stream: Writable): ByteSink {
  return {
    async write(data) {
      if (stream.destroyed || stream.writableEnded) throw new ClosedPipe();
      // Waits until it is handed on: what a command wrote must be out before its exit code is.
      const written = new Promise<void>((resolve) => stream.write(data, () => resolve()));
      const closed = new AbortController();
      await Promise.race([written, once(stream, 'close', { signal: closed.signal })]).catch(() => {});
      closed.abort();
      if (stream.destroyed) throw new ClosedPipe();
    },
  };
}

/** A sink that keeps what is written, as text. */
export function collectingSink(): ByteSink & { text(): string } {
  const parts: string[] = [];
  return {
    async write(data) {
      parts.push(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
    },
    text: () => parts.join(''),
  };
}

export const discardingSink: ByteSink = { async write() {} };

const pipeRoom = 64 * 1024;

/** What `|` makes: a sink and the source that reads from it. */
export function createPipe(): { source: ByteSource; sink: ByteSink; closeSink(): void; closeSource(): void } {
  let chunks: Buffer[] = [];
  let size = 0;
  let noMore = false;
  let noReader = false;
  let readerWaits: (() => void) | undefined;
  let writerWaits: (() => void)[] = [];
  const wakeReader = () => readerWaits?.();
  const wakeWriters = () => {
    const waiting = writerWaits;
    writerWaits = [];
    for (const wake of waiting) wake();
  };
  return {
    source: sourceOf(async () => {
      while (size === 0 && !noMore)
        await new Promise<void>((resolve) => {
          readerWaits = resolve;
        });
      readerWaits = undefined;
      if (size === 0) return undefined;
      const all = Buffer.concat(chunks);
      chunks = [];
      size = 0;
      wakeWriters();
      return all;
    }),
    sink: {
      async write(data) {
        if (noReader) throw new ClosedPipe();
        const chunk = Buffer.from(data as string);
        if (chunk.length === 0) return;
        chunks.push(chunk);
        size += chunk.length;
        wakeReader();
        while (size > pipeRoom && !noReader) await new Promise<void>((resolve) => writerWaits.push(resolve));
        if (noReader) throw new ClosedPipe();
      },
    },
    closeSink() {
      noMore = true;
      wakeReader();
    },
    closeSource() {
      noReader = true;
      wakeWriters();
    },
  };
}
