import type { LogMessage } from '@pilothouse/contract';
import { messageOf } from '@pilothouse/core';
import { retryDelay } from '../../app/live/table-feed.ts';
import type { LogLine } from './log-ring.ts';
import { levelOf, plainText } from './log-text.ts';

export type LogQuery = {
  container?: string;
  previous?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  follow: boolean;
};
export type LogState = 'connecting' | 'following' | 'ended' | 'retrying' | 'paused' | 'failed';

export type LogFollower = {
  /** Stops the stream and remembers where it was. */
  pause(): void;
  /** Goes on from there. */
  resume(): void;
  close(): void;
};

export type LogFollowerOptions = {
  query: LogQuery;
  open(query: LogQuery & { sinceTime?: string }, signal: AbortSignal): Promise<AsyncIterable<string>>;
  onLines(lines: Omit<LogLine, 'seq'>[]): void;
  onState(state: LogState, error?: unknown): void;
  /** Lines are handed on together, this often. */
  batchMilliseconds?: number;
};

/** Follows a log over broken connections: it goes on after the last line's time and drops what it has shown already. */
export function createLogFollower(options: LogFollowerOptions): LogFollower {
  const { query, open, onLines, onState, batchMilliseconds = 100 } = options;
  let abort = new AbortController();
  let lastAt: string | undefined;
  /** Lines of the last second, by time, to know them again. */
  let lastSecond = new Map<string, Set<string>>();
  let pending: Omit<LogLine, 'seq'>[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    const lines = pending;
    pending = [];
    onLines(lines);
  }

  function add(line: Omit<LogLine, 'seq'>): void {
    pending.push(line);
    timer ??= setTimeout(flush, batchMilliseconds);
  }

  /** A stream that is resumed starts at the whole second of the last line. */
  function seen(at: string | undefined, text: string): boolean {
    return at !== undefined && lastSecond.get(at)?.has(text) === true;
  }

  function remember(at: string, text: string): void {
    const second = at.slice(0, 19);
    if (lastAt === undefined || second > lastAt.slice(0, 19)) lastSecond = new Map();
    if (lastAt === undefined || at > lastAt) lastAt = at;
    if (second !== lastAt.slice(0, 19)) return;
    const texts = lastSecond.get(at) ?? new Set();
    lastSecond.set(at, texts.add(text));
  }

  function take(message: LogMessage, resumed: boolean): void {
    if (message.type === 'notice') {
      add({ text: message.message, level: 'none', container: '', notice: true });
      return;
    }
    if (message.type !== 'line') return;
    const text = plainText(message.text);
    if (resumed && seen(message.at, text)) return;
    if (message.at !== undefined) remember(message.at, text);
    add({
      text,
      level: levelOf(text),
      container: message.container,
      ...(message.at === undefined ? {} : { at: message.at }),
      ...(message.truncated === undefined ? {} : { truncated: message.truncated }),
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      onState(attempt === 0 ? 'connecting' : 'retrying');
      const resumed = lastAt !== undefined;
      try {
        const { tailLines: _tail, sinceSeconds: _since, ...rest } = query;
        const lines = await open(resumed && lastAt ? { ...rest, sinceTime: lastAt } : query, signal);
        onState('following');
        let ended = false;
        for await (const text of lines) {
          if (signal.aborted) return;
          attempt = 0;
          if (text === '') continue;
          const message = JSON.parse(text) as LogMessage;
          if (message.type === 'end') ended = true;
          else take(message, resumed);
        }
        flush();
        if (ended || !query.follow) {
          onState('ended');
          return;
        }
      } catch (error) {
        if (signal.aborted) return;
        flush();
        if (!worthRetrying(error)) {
          onState('failed', error);
          return;
        }
        onState('retrying', messageOf(error));
      }
      const wait = retryDelay(attempt);
      attempt += 1;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  void run(abort.signal);
  return {
    pause() {
      if (abort.signal.aborted) return;
      abort.abort();
      flush();
      onState('paused');
    },
    resume() {
      if (closed || !abort.signal.aborted) return;
      abort = new AbortController();
      void run(abort.signal);
    },
    close() {
      closed = true;
      abort.abort();
      clearTimeout(timer);
    },
  };
}

function worthRetrying(error: unknown): boolean {
  const kind = (error as { kind?: unknown } | null)?.kind;
  return kind === undefined || kind === 'unavailable' || kind === 'limited' || kind === 'internal';
}
