import type { SseStream } from './sse-stream.ts';

/** Hands the same bytes to many clients: what is published is encoded once, and what comes within one tick is one write per client. */
export type Broadcast = {
  /** Frames made with `encodeSseEvent`. They reach every client that joined before, in the order of publishing. */
  publish(frames: Buffer): void;
  /** The client gets what is published from now on, until its stream ends or it leaves. */
  join(client: Pick<SseStream, 'sendEncoded' | 'signal'>): () => void;
  readonly clients: number;
  /** Sends what is waiting without waiting for the tick. */
  flush(): void;
};

export type BroadcastOptions = {
  /** Milliseconds that frames wait for company (default 5). */
  window?: number;
};

export function createBroadcast(options: BroadcastOptions = {}): Broadcast {
  const { window = 5 } = options;
  const clients = new Set<Pick<SseStream, 'sendEncoded' | 'signal'>>();
  let waiting: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const [first, ...more] = waiting;
    if (!first) return;
    const frames = more.length === 0 ? first : Buffer.concat(waiting);
    waiting = [];
    for (const client of clients) client.sendEncoded(frames);
  }

  return {
    publish(frames) {
      if (clients.size === 0) return;
      waiting.push(frames);
      timer ??= setTimeout(flush, window);
    },
    join(client) {
      flush();
      clients.add(client);
      const leave = () => {
        clients.delete(client);
        client.signal.removeEventListener('abort', leave);
      };
      if (client.signal.aborted) leave();
      else client.signal.addEventListener('abort', leave, { once: true });
      return leave;
    },
    get clients() {
      return clients.size;
    },
    flush,
  };
}
