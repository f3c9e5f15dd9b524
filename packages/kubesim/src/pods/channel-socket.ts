import { PassThrough, type Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** Channels of `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte of each message. */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export const channelProtocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'channel.k8s.io',
] as const;

export type TerminalSize = { columns: number; rows: number };

/** The streams of one exec or attach over a WebSocket, with backpressure both ways. */
export type ChannelSocket = {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly resizes: AsyncIterable<TerminalSize>;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
  /** Sends the final Status on the error channel and closes. */
  finish(status: unknown): void;
};

export function createChannelSocket(socket: WebSocket): ChannelSocket {
  const stdin = new PassThrough();
  const sizes = new PassThrough({ objectMode: true });
  const left = new AbortController();

  socket.on('message', (data: Buffer) => {
    if (!Buffer.isBuffer(data) || data.length === 0) return;
    const rest = data.subarray(1);
    if (data[0] === channel.stdin) {
      if (stdin.writableEnded || rest.length === 0 || stdin.write(rest)) return;
      socket.pause();
      stdin.once('drain', () => socket.resume());
    } else if (data[0] === channel.resize) {
      const size = parseSize(rest);
      if (size !== undefined) sizes.write(size);
    } else if (data[0] === channel.close && rest[0] === channel.stdin) stdin.end();
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    left.abort();
    stdin.end();
    sizes.end();
  });

  return {
    stdin,
    stdout: output(socket, channel.stdout),
    stderr: output(socket, channel.stderr),
    resizes: sizes as AsyncIterable<TerminalSize>,
    signal: left.signal,
    finish(status) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(Buffer.concat([Buffer.from([channel.error]), Buffer.from(JSON.stringify(status))]), () =>
        socket.close(1000),
      );
    },
  };
}

/** A stream into one channel; a write is done when the socket has taken it. */
function output(socket: WebSocket, number: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (socket.readyState !== socket.OPEN) return done();
      socket.send(Buffer.concat([Buffer.from([number]), chunk]), () => done());
    },
  });
}

function parseSize(data: Buffer): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(data.toString('utf8')) as { Width?: unknown; Height?: unknown };
    return typeof Width === 'number' && typeof Height === 'number' ? { columns: Width, rows: Height } : undefined;
  } catch {
    return undefined;
  }
}
