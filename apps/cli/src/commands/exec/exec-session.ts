import type { ExecControl } from '@pilothouse/contract';
import { AppError } from '@pilothouse/core';
import { type RawData, WebSocket } from 'ws';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { kindOfCode } from '../get/source-report.ts';

/** First byte of a binary frame (`ExecControl` in the contract describes the protocol). */
const channels = { stdin: 0, stdout: 1, stderr: 2 } as const;
/** Stop reading our input while this much has not been sent. */
const highWater = 1024 * 1024;

type Session = { url: string; tty: boolean; stdin: boolean };

/** Carries bytes between the terminal and the container until the command ends; gives its exit code. The terminal is as before afterwards. */
export async function runExecSession(context: CliContext, session: Session): Promise<number> {
  const { stdin } = context.io;
  const socket = new WebSocket(session.url, { perMessageDeflate: false, handshakeTimeout: 30_000 });
  const restore = () => {
    if (session.tty) stdin.setRawMode?.(false);
    stdin.pause();
    (stdin as { unref?(): void }).unref?.();
  };
  // Whatever ends this process, the shell it was started from must not stay in raw mode.
  process.once('exit', restore);
  const onInterrupt = () => socket.close(1000, 'interrupted');
  context.interrupted.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await converse(context, socket, session);
  } finally {
    restore();
    process.off('exit', restore);
    context.interrupted.removeEventListener('abort', onInterrupt);
    socket.terminate();
  }
}

function converse(context: CliContext, socket: WebSocket, session: Session): Promise<number> {
  return new Promise((resolve, reject) => {
    let ended: ExecControl | undefined;
    let stopInput = () => {};
    socket.on('unexpected-response', (_request, response) =>
      reject(
        new AppError(
          'unavailable',
          'server_unreachable',
          `The server refused the connection (${response.statusCode}).`,
        ),
      ),
    );
    socket.on('error', (error) =>
      reject(new AppError('unavailable', 'server_unreachable', `The connection failed: ${error.message}`)),
    );
    socket.on('message', (data, isBinary) => {
      if (isBinary) return void receive(context, socket, bytesOf(data));
      const control = JSON.parse(bytesOf(data).toString('utf8')) as ExecControl;
      if (control.type === 'started') stopInput = sendTerminal(context, socket, session);
      if (control.type === 'notice') context.note(control.message);
      if (control.type === 'exit') {
        ended = control;
        if (control.message && control.code !== 0 && (session.tty || !isAboutCode(control.message)))
          context.note(control.message);
        socket.close(1000);
      }
    });
    socket.on('close', (_code, reason) => {
      stopInput();
      if (ended?.type === 'exit') resolve(ended.code);
      else if (context.interrupted.aborted) resolve(exitCode('interrupted'));
      else reject(closedBy(reason.toString()));
    });
  });
}

/** That the command ended with some code is what our own exit code says; anything else is why it did not start. */
function isAboutCode(message: string): boolean {
  return /exit (code|status):? \d+$/.test(message.trimEnd());
}

/** The server closes with `<error code>: <message>`. */
function closedBy(reason: string): AppError {
  const [, code, message] = /^([a-z_]+): (.+)$/s.exec(reason) ?? [];
  if (code && message) return new AppError(kindOfCode(code), code, message);
  return new AppError(
    'unavailable',
    'server_unreachable',
    reason ? `The session was closed: ${reason}` : 'The connection was lost before the command ended.',
  );
}

/** Our terminal waits for the slower reader: while it does, nothing more is read from the socket. */
async function receive(context: CliContext, socket: WebSocket, frame: Buffer): Promise<void> {
  const stream = frame[0] === channels.stderr ? context.io.stderr : context.io.stdout;
  if (stream.write(frame.subarray(1))) return;
  socket.pause();
  await new Promise((resolve) => stream.once('drain', resolve));
  socket.resume();
}

/** Sends the size of the terminal, its changes and what is typed; gives back how to stop. */
function sendTerminal(context: CliContext, socket: WebSocket, { tty, stdin: withInput }: Session): () => void {
  const { stdin, stdout } = context.io;
  const control = (message: ExecControl) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const resize = () => control({ type: 'resize', columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  const onData = (chunk: Buffer) => {
    socket.send(Buffer.concat([Buffer.from([channels.stdin]), chunk]), () => {
      if (stdin.isPaused() && socket.bufferedAmount < highWater) stdin.resume();
    });
    if (socket.bufferedAmount > highWater) stdin.pause();
  };
  const onEnd = () => control({ type: 'end-input' });
  if (tty) {
    stdin.setRawMode?.(true);
    stdout.on('resize', resize);
    resize();
  }
  if (withInput) stdin.on('data', onData).on('end', onEnd).resume();
  return () => {
    stdin.off('data', onData).off('end', onEnd);
    stdout.off('resize', resize);
  };
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
