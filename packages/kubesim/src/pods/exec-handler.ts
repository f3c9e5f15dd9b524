import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '@pilothouse/kube';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Exchange, flag } from '../api/exchange.ts';
import { kubeError, statusOf } from '../api/kube-error.ts';
import type { ResourcePath } from '../api/request-info.ts';
import type { PodRuntimePort } from '../pod-runtime-port.ts';
import type { ObjectWriter, Target } from '../rules/object-writer.ts';
import { type ChannelSocket, channelProtocols, createChannelSocket } from './channel-socket.ts';
import { containerOf, requireScheduled } from './pod-container.ts';

export type ExecHandlerDeps = { writer: ObjectWriter; runtime: PodRuntimePort | undefined };
export type ExecHandler = (
  exchange: Exchange,
  at: { target: Target; path: ResourcePath },
  connection: { socket: Duplex; head: Buffer },
) => void;

/** `pods/x/exec` and `pods/x/attach` over WebSocket. What can be refused is refused before the handshake. */
export function createExecHandler(deps: ExecHandlerDeps): ExecHandler {
  const server = new WebSocketServer({ noServer: true, handleProtocols: pickProtocol, maxPayload: 4 * 1024 * 1024 });

  return (exchange, { target, path }, { socket, head }) => {
    const { runtime } = deps;
    const pod = deps.writer.get(target, path);
    const container = containerOf(pod, exchange.query.get('container'));
    requireScheduled(pod);
    if (runtime === undefined) throw kubeError.unavailable('no kubelet runs in this simulated cluster');
    const command = exchange.query.getAll('command');
    if (path.subresource === 'exec' && command.length === 0)
      throw kubeError.badRequest('you must specify at least 1 command');
    server.handleUpgrade(exchange.request, socket, head, (accepted: WebSocket) => {
      const channels = createChannelSocket(accepted);
      const run =
        path.subresource === 'exec'
          ? exec(runtime, pod, { container, command, tty: flag(exchange, 'tty'), channels })
          : attach(runtime, pod, { container, channels });
      run.then(
        (code) => channels.finish(exitStatus(code)),
        (error: unknown) => channels.finish(statusOf(error)),
      );
    });
  };
}

function pickProtocol(offered: Set<string>): string | false {
  return channelProtocols.find((protocol) => offered.has(protocol)) ?? false;
}

function exec(
  runtime: PodRuntimePort,
  pod: KubeObject,
  how: { container: string; command: readonly string[]; tty: boolean; channels: ChannelSocket },
): Promise<number> {
  const { stdin, stdout, stderr, resizes, signal } = how.channels;
  const { container, command, tty } = how;
  return runtime.exec(pod, { container, command, tty, stdin, stdout, stderr, resizes, signal });
}

/** Attaching joins a shell that waits for someone, or shows what the container writes from now on. */
async function attach(
  runtime: PodRuntimePort,
  pod: KubeObject,
  how: { container: string; channels: ChannelSocket },
): Promise<number> {
  const { stdin, stdout, stderr, resizes, signal } = how.channels;
  const joined = runtime.attach?.(pod, {
    container: how.container,
    tty: false,
    stdin,
    stdout,
    stderr,
    resizes,
    signal,
  });
  if (joined !== undefined) return joined;
  const log = runtime.logs(pod, {
    container: how.container,
    follow: true,
    previous: false,
    timestamps: false,
    tailLines: 0,
  });
  how.channels.signal.addEventListener('abort', () => log.destroy(), { once: true });
  await pipeline(log, how.channels.stdout).catch(() => undefined); // the client left
  return 0;
}

function exitStatus(code: number): unknown {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
