import { appError } from '@pilothouse/core';
import type { Principal } from '../http/principal.ts';

export type StreamKind = 'sse' | 'body' | 'websocket';

export type OpenStream = {
  readonly kind: StreamKind;
  readonly principal: Principal | undefined;
  /** Tells the client why and ends the stream. */
  close(code: string, message: string): void;
};

/** All streams and WebSockets that are open in this process: they count against their principal, and are told when the server stops. */
export type OpenStreams = {
  /** Throws `too_many_streams` past the principal's limit. Gives back what takes the stream off the books. */
  add(stream: OpenStream): () => void;
  count(kind: StreamKind): number;
  /** Closes all of them and resolves when they are gone, or after the deadline. */
  closeAll(options: { code: string; message: string; deadline: number }): Promise<void>;
};

export function createOpenStreams(options: { limitPerPrincipal?: number } = {}): OpenStreams {
  const { limitPerPrincipal = 250 } = options;
  const streams = new Set<OpenStream>();
  const perUser = new Map<string, number>();
  let emptied: (() => void) | undefined;
  let closing: { code: string; message: string } | undefined;

  function remove(stream: OpenStream, userId: string): void {
    if (!streams.delete(stream)) return;
    const left = (perUser.get(userId) ?? 1) - 1;
    if (left === 0) perUser.delete(userId);
    else perUser.set(userId, left);
    if (streams.size === 0) emptied?.();
  }

  return {
    add(stream) {
      if (closing) throw appError('shutting_down', closing.message);
      const userId = stream.principal?.userId ?? '';
      const open = perUser.get(userId) ?? 0;
      if (open >= limitPerPrincipal)
        throw appError('too_many_streams', `You have ${open} streams open, which is the most. Close some of them.`);
      streams.add(stream);
      perUser.set(userId, open + 1);
      return () => remove(stream, userId);
    },
    count(kind) {
      let count = 0;
      for (const stream of streams) if (stream.kind === kind) count += 1;
      return count;
    },
    async closeAll({ code, message, deadline }) {
      closing = { code, message };
      for (const stream of [...streams]) stream.close(code, message);
      if (streams.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => {
          emptied = resolve;
        }),
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, deadline);
        }),
      ]);
      clearTimeout(timer);
    },
  };
}
