import { once } from 'node:events';
import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';
import type { PodExecRequest } from '../pod-runtime-port.ts';
import { hexDigits } from './chance.ts';
import { specOf, statusOf } from './container-choice.ts';
import type { ContainerProcesses } from './container-processes.ts';
import { type ByteSource, streamSink, streamSource } from './shell/byte-streams.ts';
import { findProgram } from './shell/command-table.ts';
import type { ContainerWorld, PodParts } from './shell/container-world.ts';
import { isInteractiveShell, programName } from './shell/interactive-shell.ts';
import { createShell } from './shell/shell-interpreter.ts';
import { parseScript } from './shell/shell-parser.ts';
import { Interrupted, newShellState, type ShellIo, type ShellState } from './shell/shell-state.ts';
import { ShellSyntaxError } from './shell/shell-syntax.ts';
import { createTerminal, type Terminal } from './shell/terminal.ts';

const interrupted = 130;
const killed = 137;

type Session = {
  world: ContainerWorld;
  /** Aborts when the client or the container is gone. */
  gone: AbortSignal;
  size: () => { columns: number; rows: number };
  tty: boolean;
};

/** Runs a command in a running container, as `kubectl exec` asks; resolves with its exit code. Throws the kubelet's errors. */
export async function execInContainer(
  processes: ContainerProcesses,
  pod: KubeObject,
  request: PodExecRequest,
): Promise<number> {
  const status = statusOf(pod, request.container);
  const container = specOf(pod, request.container);
  if (container === undefined || status?.state?.running === undefined) {
    throw kubeError.internal(`unable to upgrade connection: container not found ("${request.container}")`);
  }
  const id = status.containerID ?? '';
  const world = processes.world(pod as PodParts, container, id);
  const over = new AbortController();
  const gone = AbortSignal.any([request.signal, processes.life(id), over.signal]);
  const size = { columns: 80, rows: 24 };
  const session: Session = { world, gone, tty: request.tty, size: () => size };
  const state = newShellState(
    { ...world.environment, ...(request.tty ? { TERM: 'xterm' } : {}) },
    world.folder,
    programName(request.command[0] ?? ''),
  );
  requireProgram(session, state, request.command[0] ?? '');
  void followSize(request, size);
  const terminal = request.tty ? createTerminal(request.stdin, streamSink(request.stdout)) : undefined;
  try {
    const run = perform(session, { request, state, terminal });
    return await Promise.race([run, once(gone, 'abort').then(() => killed)]);
  } finally {
    terminal?.close();
    over.abort(); // what still runs in the background ends with its session
  }
}

async function perform(
  session: Session,
  how: { request: PodExecRequest; state: ShellState; terminal: Terminal | undefined },
): Promise<number> {
  const { request, state, terminal } = how;
  const io: ShellIo =
    terminal === undefined
      ? { stdin: streamSource(request.stdin), stdout: streamSink(request.stdout), stderr: streamSink(request.stderr) }
      : { stdin: terminal.source, stdout: terminal.sink, stderr: terminal.sink };
  if (isInteractiveShell(request.command))
    return terminal === undefined ? readScript(session, state, io) : prompt(session, { state, io, terminal });
  return foreground(session, terminal, (shell) => shell.command(request.command, state, io));
}

/** Joins a container's own shell, when it waits for someone; when that shell ends, the container does. Undefined when it has none. */
export function attachToShell(
  processes: ContainerProcesses,
  pod: KubeObject,
  request: Omit<PodExecRequest, 'command'>,
): Promise<number> | undefined {
  const id = statusOf(pod, request.container)?.containerID ?? '';
  const command = processes.awaitsTerminal(id);
  if (command === undefined) return undefined;
  const tty = specOf(pod, request.container)?.tty === true;
  return execInContainer(processes, pod, { ...request, tty, command }).then((code) => {
    processes.ended(id, code);
    return code;
  });
}

/** Runs one thing in the foreground: Ctrl-C and the end of the container stop it. */
async function foreground(
  session: Session,
  terminal: Terminal | undefined,
  run: (shell: ReturnType<typeof createShell>) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  terminal?.onInterrupt(() => stop.abort());
  const signal = AbortSignal.any([stop.signal, session.gone]);
  const shell = createShell(
    session.world.shellWorld({ signal, ...(session.tty ? { terminalSize: session.size } : {}) }),
  );
  try {
    const status = await Promise.race([run(shell), once(stop.signal, 'abort').then(() => interrupted)]);
    return stop.signal.aborted ? interrupted : status;
  } catch (error) {
    if (error instanceof Interrupted) return stop.signal.aborted ? interrupted : killed;
    throw error;
  } finally {
    terminal?.onInterrupt(() => {});
  }
}

/** A shell at a terminal. */
async function prompt(
  session: Session,
  { state, io, terminal }: { state: ShellState; io: ShellIo; terminal: Terminal },
): Promise<number> {
  const { world } = session;
  const sign = state.variables.get('HOME') === '/root' ? '#' : '$';
  let held = '';
  for (;;) {
    const host = world.environment.HOSTNAME ?? '';
    const text =
      held !== ''
        ? '> '
        : world.userland === 'gnu'
          ? `root@${host}:${state.folder}${sign} `
          : `${state.folder} ${sign} `;
    const entered = await terminal.readLine(text);
    if (entered.kind === 'end') {
      if (world.userland === 'gnu') await io.stdout.write('exit\n');
      return state.status;
    }
    if (entered.kind === 'interrupt') {
      held = '';
      state.status = interrupted;
      continue;
    }
    held = held === '' ? entered.text : `${held}\n${entered.text}`;
    if (isIncomplete(held)) continue;
    const script = held;
    held = '';
    state.status = await foreground(session, terminal, (shell) => shell.line(script, state, io));
    if (state.flow?.kind === 'exit') return state.status;
    state.flow = undefined;
  }
}

/** A shell that reads its script from standard input, line by line, as it comes. */
async function readScript(session: Session, state: ShellState, io: ShellIo): Promise<number> {
  const source: ByteSource = io.stdin;
  let held = '';
  for (;;) {
    const line = await source.readLine();
    held = held === '' ? (line ?? '') : `${held}\n${line ?? ''}`;
    if (line !== undefined && isIncomplete(held)) continue;
    const script = held;
    held = '';
    if (script.trim() !== '')
      state.status = await foreground(session, undefined, (shell) => shell.line(script, state, io));
    if (line === undefined || state.flow?.kind === 'exit') return state.status;
    state.flow = undefined;
  }
}

function isIncomplete(text: string): boolean {
  try {
    parseScript(text);
    return /(^|[^\\])\\$/.test(text);
  } catch (error) {
    return error instanceof ShellSyntaxError && error.incomplete;
  }
}

/** Refuses what the image does not have, as containerd and the kubelet say it. */
function requireProgram(session: Session, state: ShellState, program: string): void {
  const world = session.world.shellWorld({ signal: session.gone });
  if (session.world.userland !== 'none' && findProgram(program, state, world) !== undefined) return;
  const why = program.includes('/')
    ? `stat ${program}: no such file or directory`
    : 'executable file not found in $PATH';
  throw kubeError.internal(
    `error executing command in container: failed to exec in container: failed to start exec "${hexDigits(`${state.name}/${program}`, 64)}": OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(program)}: ${why}: unknown`,
  );
}

async function followSize(request: PodExecRequest, size: { columns: number; rows: number }): Promise<void> {
  try {
    for await (const next of request.resizes) Object.assign(size, next);
  } catch {
    // The client left.
  }
}
