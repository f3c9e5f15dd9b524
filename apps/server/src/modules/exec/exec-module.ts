import { appError, type Clock, isAppError, type Logger, messageOf } from '@pilothouse/core';
import { findResourceType, type KubeObject } from '@pilothouse/kube';
import type { ServerModule } from '../../platform/module.ts';
import {
  type TicketTarget,
  type WebSocketConnection,
  webSocketEndpoint,
} from '../../platform/streams/web-socket-endpoint.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { ClusterConnections } from '../clusters/cluster-connections.ts';
import type { ClusterDirectory } from '../clusters/cluster-directory.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import { containerNames, defaultContainer } from '../logs/container-state.ts';
import { type ExecEnd, relayExec, sendControl } from './exec-relay.ts';
import { startExec } from './exec-shell.ts';

export type ExecModuleDeps = {
  directory: Pick<ClusterDirectory, 'resolve'>;
  connections: Pick<ClusterConnections, 'get'>;
  authorizer: Authorizer;
  audit: AuditLog;
  clock: Clock;
  log: Logger;
  /** Milliseconds without a byte in either direction (default 30 min), and at all (default 8 h). */
  limits?: { idle?: number; absolute?: number };
};

type ExecTarget = TicketTarget<'/ws/exec'>;
type Connection = WebSocketConnection<'/ws/exec'>;

const minute = 60_000;

export function createExecModule(deps: ExecModuleDeps): ServerModule {
  const { directory, authorizer } = deps;
  return {
    name: 'exec',
    webSockets: [
      webSocketEndpoint({
        path: '/ws/exec',
        async authorize(principal, target) {
          const { id } = await directory.resolve(target.cluster);
          authorizer.demand(principal, { noun: 'exec', verb: 'use', clusterId: id, namespace: target.namespace });
        },
        open: (connection) => serve(connection, deps),
      }),
    ],
  };
}

async function serve(connection: Connection, deps: ExecModuleDeps): Promise<void> {
  // Nothing is read before there is somebody to hand it to.
  connection.socket.pause();
  try {
    await runShell(connection, deps);
  } finally {
    connection.socket.resume();
  }
}

async function runShell(connection: Connection, deps: ExecModuleDeps): Promise<void> {
  const { target, socket, signal } = connection;
  const { clock, limits = {} } = deps;
  const { id } = await deps.directory.resolve(target.cluster);
  const cluster = (await deps.connections.get(id)).as(connection.principal);
  const note = auditor(connection, cluster, deps);
  let container = target.container;
  try {
    container = await checkedContainer(cluster, target);
    await demandOfCluster(cluster, target);
  } catch (error) {
    await note('denied', { container, error: messageOf(error) });
    throw error;
  }
  await note('allowed', { container, command: target.command ?? 'shell' });
  const { tty = true, stdin = true } = target;
  const { session, command } = await startExec(
    cluster.client,
    { namespace: target.namespace, pod: target.pod, container, tty, stdin, signal },
    { command: target.command, clock },
  );
  sendControl(socket, { type: 'started', container, command: [...command] });
  socket.resume();
  const startedAt = clock.now();
  const end = await relayExec(session, socket, {
    clock,
    signal,
    idleLimit: limits.idle ?? 30 * minute,
    absoluteLimit: limits.absolute ?? 8 * 60 * minute,
  });
  await note('allowed', {
    container,
    ended: end.reason,
    seconds: Math.round((clock.now() - startedAt) / 1000),
    exitCode: end.code,
  });
  const [status, reason] = farewell(end);
  connection.close(status, reason);
}

/** RFC 6455, 7.4.1; the reason is `<error code>: <message>`. */
function farewell({ reason, code }: ExecEnd): [status: number, reason: string] {
  switch (reason) {
    case 'exited':
      return [1000, `exited: ${code ?? 0}`];
    case 'client-closed':
      return [1000, 'closed'];
    case 'idle':
      return [1000, 'idle: Nothing was typed or printed for too long.'];
    case 'too-long':
      return [1000, 'too_long: The session reached its longest duration.'];
    case 'stopping':
      return [1001, 'shutting_down: The session was ended by the server.'];
    case 'failed':
      return [1011, 'cluster_error: The session broke.'];
  }
}

async function checkedContainer(cluster: OpenCluster, target: ExecTarget): Promise<string> {
  const type = findResourceType(await cluster.types(), 'pods');
  if (!type) throw appError('not_found', `The cluster ${cluster.name} serves no pods.`);
  const pod: KubeObject = await cluster.client.get({ type, namespace: target.namespace, name: target.pod });
  const chosen = target.container ?? defaultContainer(pod);
  const names = containerNames(pod);
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw appError(
    'not_found',
    `The pod ${target.pod} has no container "${target.container ?? ''}". It has: ${names.join(', ')}.`,
  );
}

/** The cluster is asked before a stream opens, so that its refusal is a clear answer and not a stream that breaks. */
async function demandOfCluster(cluster: OpenCluster, target: ExecTarget): Promise<void> {
  const review = {
    verb: 'create',
    group: '',
    resource: 'pods',
    subresource: 'exec',
    namespace: target.namespace,
    name: target.pod,
  };
  const { allowed, reason } = await cluster.client.canI(review);
  if (!allowed)
    throw appError(
      'cluster_denied',
      `The cluster ${cluster.name} does not let its credentials create pods/exec in ${target.namespace}${reason ? `: ${reason}` : '.'}`,
    );
}

function auditor(
  { principal, requestId, address, target, log }: Connection,
  cluster: OpenCluster,
  { audit }: ExecModuleDeps,
) {
  return async (result: 'allowed' | 'denied', details: Record<string, unknown>): Promise<void> => {
    try {
      await audit.record({
        ...auditedRequest({ signedIn: principal, requestId, address }),
        verb: 'ended' in details ? 'exec.end' : 'exec.start',
        object: `${cluster.name}/pods/${target.namespace}/${target.pod}`,
        cluster: cluster.name,
        result,
        details,
      });
    } catch (error) {
      // No shell without a record of it; that a shell has ended may go unrecorded.
      if (!('ended' in details)) throw error;
      log.error('the end of a shell could not be recorded', {
        error: isAppError(error) ? error.code : messageOf(error),
      });
    }
  };
}
