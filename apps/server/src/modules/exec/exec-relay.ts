import type { ExecControl } from '@pilothouse/contract';
import { type Clock, messageOf } from '@pilothouse/core';
import type { ExecSession } from '@pilothouse/kube';
import type { RawData, WebSocket } from 'ws';
import { parseExecMessage } from './exec-message.ts';

/** First byte of a binary frame. */
export const execChannel = { stdin: 0, stdout: 1, stderr: 2 } as const;

export type ExecEnd = {
  /** Why the session ended: the command did, the browser went, or a limit was reached. */
  reason: 'exited' | 'client-closed' | 'idle' | 'too-long' | 'stopping' | 'failed';
  code?: number;
};

export type ExecRelayOptions = {
  clock: Clock;
  /** Milliseconds without a byte in either direction. */
  idleLimit: number;
  absoluteLimit: number;
  signal: AbortSignal;
};

/** Stop reading from the cluster while the browser has this much to read still. */
const highWater = 1024 * 1024;

/** Carries bytes both ways between an exec session and a browser until one of them ends, each at the pace of the slower. */
export async function relayExec(session: ExecSession, socket: WebSocket, options: ExecRelayOptions): Promise<ExecEnd> {
  const { clock } = options;
  const stop = new AbortController();
  let lastByteAt = clock.now();
  const touch = () => {
    lastByteAt = clock.now();
  };

  const input = readInput(session, socket, touch);
  const output = Promise.all([
    pump(session.stdout, execChannel.stdout, socket, touch),
    pump(session.stderr, execChannel.stderr, socket, touch),
  ]);
  const exited = session.exit.then(async (exit): Promise<ExecEnd> => {
    await output;
    sendControl(socket, { type: 'exit', code: exit.code, ...(exit.message ? { message: exit.message } : {}) });
    return { reason: 'exited', code: exit.code };
  });
  const limited = watchLimits(options, () => lastByteAt, stop.signal);
  const stopped = new Promise<ExecEnd>((resolve) => {
    const onAbort = () => resolve({ reason: 'stopping' });
    if (options.signal.aborted) onAbort();
    else options.signal.addEventListener('abort', onAbort, { once: true, signal: stop.signal });
  });
  try {
    const end = await Promise.race([exited, input.closed, limited, stopped]);
    if (end.reason === 'idle' || end.reason === 'too-long')
      sendControl(socket, { type: 'notice', code: end.reason, message: limitMessage[end.reason] });
    return end;
  } catch (error) {
    sendControl(socket, { type: 'notice', code: 'failed', message: messageOf(error) });
    return { reason: 'failed' };
  } finally {
    stop.abort();
    input.stop();
    session.close();
    output.catch(() => {});
    exited.catch(() => {});
  }
}

const limitMessage = {
  idle: 'Closed: nothing was typed or printed for too long',
  'too-long': 'Closed: the session reached its longest duration',
};

async function watchLimits(options: ExecRelayOptions, lastByteAt: () => number, signal: AbortSignal): Promise<ExecEnd> {
  const { clock, idleLimit, absoluteLimit } = options;
  const endsAt = clock.now() + absoluteLimit;
  for (;;) {
    const now = clock.now();
    if (now >= endsAt) return { reason: 'too-long' };
    const idleAt = lastByteAt() + idleLimit;
    if (now >= idleAt) return { reason: 'idle' };
    try {
      await clock.sleep(Math.min(endsAt, idleAt) - now, signal);
    } catch {
      return { reason: 'client-closed' };
    }
  }
}

async function pump(
  stream: AsyncIterable<Buffer>,
  channel: number,
  socket: WebSocket,
  touch: () => void,
): Promise<void> {
  for await (const chunk of stream) {
    touch();
    const sent = sendBytes(socket, channel, chunk);
    if (socket.bufferedAmount > highWater) await sent;
  }
}

function sendBytes(socket: WebSocket, channel: number, chunk: Buffer): Promise<void> {
  const frame = Buffer.allocUnsafe(chunk.length + 1);
  frame[0] = channel;
  chunk.copy(frame, 1);
  return new Promise((resolve) => socket.send(frame, { binary: true }, () => resolve()));
}

export function sendControl(socket: WebSocket, message: ExecControl): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}

/** Hands what the browser sends to the cluster in order; the socket is paused while the cluster has no room. */
function readInput(
  session: ExecSession,
  socket: WebSocket,
  touch: () => void,
): { closed: Promise<ExecEnd>; stop(): void } {
  let last: Promise<void> = Promise.resolve();
  let stop = () => {};
  const closed = new Promise<ExecEnd>((resolve) => {
    const onMessage = (data: RawData, isBinary: boolean) => {
      touch();
      const message = parseExecMessage(data, isBinary);
      if (!message) {
        sendControl(socket, { type: 'notice', code: 'invalid_input', message: 'That message is not understood' });
        return;
      }
      if (message.type === 'resize') return session.resize(message.columns, message.rows);
      if (message.type === 'end-input') {
        last = last.then(() => session.endInput()).catch(() => {});
        return;
      }
      socket.pause();
      last = last
        .then(() => session.write(message.bytes))
        .catch(() => {})
        .finally(() => socket.resume());
    };
    const onClose = () => resolve({ reason: 'client-closed' });
    socket.on('message', onMessage);
    socket.once('close', onClose);
    socket.once('error', onClose);
    stop = () => {
      socket.off('message', onMessage);
      socket.off('close', onClose);
      socket.resume();
    };
    if (socket.readyState !== socket.OPEN) onClose();
  });
  return { closed, stop: () => stop() };
}
