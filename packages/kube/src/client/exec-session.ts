import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { appError, isAppError, messageOf } from '@pilothouse/core';
import { WebSocket } from 'ws';
import type { ClusterConnection, ExecOptions, ExecSession } from '../kube-client.ts';
import type { KubeStatus } from '../kube-object.ts';
import { answerError, transportError, visible } from './cluster-error.ts';
import { type ClusterTransport, socketOptions } from './cluster-transport.ts';
import { segment } from './resource-path.ts';

/** The first byte of each frame (k8s.io/apimachinery remotecommand v4 and v5). */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
const maxFrame = 32 * 1024 * 1024;
const pingEvery = 30_000;
/** Milliseconds that a command may be silent after its input has ended, where that end cannot be passed on. */
const endlessInput = 10_000;

/** Opens an exec over WebSocket. Rejects with the AppError of the refusal before the stream opened. */
export async function openExec(
  transport: ClusterTransport,
  connection: ClusterConnection,
  options: ExecOptions,
): Promise<ExecSession> {
  const { host } = transport.server;
  async function open(refresh: boolean): Promise<ExecSession> {
    const socket = new WebSocket(execUrl(transport, options), ['v5.channel.k8s.io', 'v4.channel.k8s.io'], {
      ...socketOptions(connection),
      headers: { 'user-agent': 'pilothouse', ...((await transport.identity(refresh)) as Record<string, string>) },
      handshakeTimeout: transport.timeouts.request,
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: maxFrame,
    });
    // Made before the stream opens: the first output may come together with the answer.
    const session = createExecSession(socket, host, options.signal);
    await opened(socket, host, options.signal);
    return session;
  }
  try {
    return await open(false);
  } catch (error) {
    const refused = isAppError(error) && error.code === 'cluster_unauthorized';
    if (!refused || connection.credentials.type !== 'token-source') throw error;
    return open(true);
  }
}

function execUrl(transport: ClusterTransport, options: ExecOptions): URL {
  const url = new URL(transport.server);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const prefix = url.pathname.replace(/\/+$/, '');
  url.pathname = `${prefix}/api/v1/namespaces/${segment(options.namespace)}/pods/${segment(options.pod)}/exec`;
  const query = url.searchParams;
  if (options.container) query.set('container', options.container);
  for (const word of options.command) query.append('command', word);
  query.set('stdin', String(options.stdin));
  query.set('stdout', 'true');
  // A terminal has one output; the API server refuses stderr beside it.
  query.set('stderr', String(!options.tty));
  query.set('tty', String(options.tty));
  return url;
}

function opened(socket: WebSocket, where: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    function fail(error: unknown): void {
      signal?.removeEventListener('abort', onAbort);
      socket.on('error', () => {});
      socket.terminate();
      reject(error);
    }
    function onAbort(): void {
      fail(signal?.reason);
    }
    if (signal?.aborted) return fail(signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('open', () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    socket.once('error', (error) => {
      const late = messageOf(error).includes('handshake has timed out');
      fail(
        late ? appError('cluster_timeout', `${where} did not open the stream in time.`) : transportError(error, where),
      );
    });
    socket.once('unexpected-response', (_request, response) => {
      readShort(response).then(
        (body) => fail(answerError({ status: response.statusCode ?? 0, body }, where)),
        (error: unknown) => fail(transportError(error, where)),
      );
    });
  });
}

async function readShort(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > 64 * 1024) break;
  }
  return text;
}

function createExecSession(socket: WebSocket, where: string, signal: AbortSignal | undefined): ExecSession {
  const full = new Set<Readable>();
  const stdout = outputStream();
  const stderr = outputStream();
  const outcome = Promise.withResolvers<{ code: number; message?: string }>();
  let ended: { code: number; message?: string } | undefined;
  let inputEnded = false;
  outcome.promise.catch(() => {});

  /** A stream that stops reading the socket while its reader lags. */
  function outputStream(): Readable {
    const stream: Readable = new Readable({
      highWaterMark: 256 * 1024,
      read() {
        if (full.delete(stream) && full.size === 0) socket.resume();
      },
    });
    return stream;
  }

  function deliver(stream: Readable, data: Buffer): void {
    if (data.length === 0 || ended || stream.destroyed || stream.push(data)) return;
    full.add(stream);
    socket.pause();
  }

  /** The container's side writes its outputs out before it says how the command ended, so nothing comes after that. */
  function end(): void {
    stdout.push(null);
    stderr.push(null);
    if (ended) outcome.resolve(ended);
  }

  socket.on('message', (data) => {
    const frame = data as Buffer;
    const rest = frame.subarray(1);
    if (frame[0] === channel.stdout) deliver(stdout, rest);
    else if (frame[0] === channel.stderr) deliver(stderr, rest);
    else if (frame[0] === channel.error) {
      ended ??= exitOf(rest.toString('utf8'));
      if (!ended) return;
      end();
      close();
    }
  });
  let failure: unknown;
  socket.on('error', (error) => {
    failure = transportError(error, where);
  });
  socket.on('close', (code, reason) => {
    clearInterval(pings);
    signal?.removeEventListener('abort', onAbort);
    end();
    if (signal?.aborted) return outcome.reject(signal.reason);
    const why = reason.length > 0 ? visible(reason.toString('utf8'), 200) : `code ${code}`;
    return outcome.reject(
      failure ?? appError('cluster_unreachable', `The stream to the container ended before its command did (${why}).`),
    );
  });
  const pings = setInterval(() => socket.ping(), pingEvery);
  pings.unref();
  function onAbort(): void {
    socket.terminate();
  }
  function close(): void {
    if (socket.readyState === socket.OPEN) socket.close(1000);
    setTimeout(() => socket.terminate(), 1000).unref();
  }
  signal?.addEventListener('abort', onAbort, { once: true });

  /** v4 cannot close stdin alone, and closing the stream would lose the rest of the output: a command that knows where its input ends still ends by itself. */
  function endWithoutClose(): void {
    let lastByteAt = Date.now();
    socket.on('message', () => {
      lastByteAt = Date.now();
    });
    const look = setInterval(() => {
      if (full.size > 0 || socket.bufferedAmount > 0) lastByteAt = Date.now();
      if (Date.now() - lastByteAt < endlessInput) return;
      failure ??= appError(
        'cluster_error',
        `The command waits for the end of its input, which ${where} cannot pass on: clusters before Kubernetes 1.30 have no way to. Use a command that knows how much to read, such as head -c.`,
      );
      socket.close(1000);
    }, 500);
    socket.once('close', () => clearInterval(look));
  }

  function send(number: number, data: Uint8Array): Promise<void> {
    const frame = Buffer.allocUnsafe(data.length + 1);
    frame[0] = number;
    frame.set(data, 1);
    return new Promise((resolve, reject) => {
      socket.send(frame, (error) => (error ? reject(transportError(error, where)) : resolve()));
    });
  }

  return {
    stdout,
    stderr,
    exit: outcome.promise,
    async write(data) {
      if (inputEnded) throw appError('invalid_input', 'Standard input has ended already.');
      const largest = 32 * 1024;
      for (let from = 0; from < data.length; from += largest) {
        await send(channel.stdin, data.subarray(from, from + largest));
      }
    },
    endInput() {
      if (inputEnded) return;
      inputEnded = true;
      if (socket.protocol === 'v5.channel.k8s.io') socket.send(Buffer.from([channel.close, channel.stdin]), () => {});
      else endWithoutClose();
    },
    resize(columns, rows) {
      if (socket.readyState !== socket.OPEN) return;
      send(channel.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows }))).catch(() => {});
    },
    close,
  };
}

/** The exit of a command from the Status on the error channel. */
function exitOf(text: string): { code: number; message?: string } | undefined {
  let status: KubeStatus;
  try {
    status = JSON.parse(text) as KubeStatus;
  } catch {
    return text === '' ? undefined : { code: 1, message: visible(text, 2000) };
  }
  if (status.status === 'Success') return { code: 0 };
  const words = status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  const code = Number(words);
  return { code: Number.isInteger(code) && words ? code : 1, message: visible(status.message ?? '', 2000) };
}
