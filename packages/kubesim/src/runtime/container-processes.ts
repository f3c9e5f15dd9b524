import type { Clock } from '@pilothouse/core';
import type { Container } from 'kubernetes-types/core/v1.d.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import { behaviourName } from './container-behaviour.ts';
import { createLineBuffer } from './line-buffer.ts';
import type { LogHistory } from './log-history.ts';
import { emptySource, sourceOf } from './shell/byte-streams.ts';
import { programs } from './shell/command-table.ts';
import { type ContainerWorld, createContainerWorld, type PodParts } from './shell/container-world.ts';
import { isInteractiveShell } from './shell/interactive-shell.ts';
import { createShell } from './shell/shell-interpreter.ts';
import { newShellState, type ShellIo, type ShellState, type TrapHandler } from './shell/shell-state.ts';

/** The insides of containers: their files and environment, and the commands of those whose command is one we can really run. */
export type ContainerProcesses = {
  /** Whether a container's command is a shell script or program of an image that is nothing but a userland (busybox, alpine, …). */
  runs(pod: PodParts, container: Container): boolean;
  /** Starts the command; `ended` is told its exit code. */
  start(pod: PodParts, container: Container, run: { id: string; ended: (code: number, at?: number) => void }): void;
  /** SIGTERM: false when the command does not care, as PID 1 without a handler. */
  terminate(id: string): boolean;
  /** The container is gone: whatever runs in it ends. */
  kill(id: string): void;
  /** What a command wrote; undefined for containers whose command is not run. */
  log(id: string): LogHistory | undefined;
  /** The world inside a container, made when it is first asked for. */
  world(pod: PodParts, container: Container, id: string): ContainerWorld;
  /** Whether the container's command is a shell that waits for someone to attach. */
  awaitsTerminal(id: string): readonly string[] | undefined;
  /** The attached shell ended, and the container with it. */
  ended(id: string, code: number): void;
  /** Tells beforehand when a container that was told to stop will be gone, so that its log can say goodbye in time. */
  willEnd(id: string, end: AnnouncedEnd): void;
  announcedEnd(id: string): AnnouncedEnd | undefined;
  /** Aborts when the container ends. */
  life(id: string): AbortSignal;
  /** Drops everything known of a pod's containers. */
  forget(ids: readonly string[]): void;
};

/** `at` in milliseconds since the epoch. */
export type AnnouncedEnd = { at: number; code: number };

type Process = {
  words: readonly string[];
  waits: boolean;
  world: ContainerWorld;
  log: ReturnType<typeof createLineBuffer>;
  traps: Map<string, TrapHandler>;
  stop: AbortController;
  io: ShellIo;
  ended: (code: number, at?: number) => void;
  over: boolean;
};

const userlands = /(^|\/)(busybox|alpine|debian|ubuntu|bash|toybox)(:|@|$)|^localhost\//;
/** Containers whose insides are kept; beyond, the longest untouched are made anew when asked for. */
const kept = 200;

export function createContainerProcesses({
  clock,
  store,
}: {
  clock: Clock;
  store: () => ObjectStorePort;
}): ContainerProcesses {
  const processes = new Map<string, Process>();
  const worlds = new Map<string, ContainerWorld>();
  const lives = new Map<string, AbortController>();
  const ends = new Map<string, AnnouncedEnd>();

  function wordsOf(container: Container): string[] {
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    return words.length > 0 ? words : ['sh'];
  }

  function worldOf(pod: PodParts, container: Container, id: string): ContainerWorld {
    const known = worlds.get(id) ?? createContainerWorld({ clock, store: store() }, pod, container);
    worlds.delete(id);
    worlds.set(id, known);
    for (const oldest of worlds.keys()) {
      if (worlds.size <= kept) break;
      if (!processes.has(oldest)) worlds.delete(oldest);
      else break;
    }
    return known;
  }

  function lifeOf(id: string): AbortController {
    const known = lives.get(id) ?? new AbortController();
    lives.set(id, known);
    return known;
  }

  function finish(process: Process, code: number): void {
    if (process.over) return;
    process.over = true;
    process.log.finish();
    process.stop.abort(); // what it left in the background
    process.ended(code, clock.now());
  }

  async function execute(process: Process, words: readonly string[]): Promise<number> {
    const { world, stop, io, traps } = process;
    const shellWorld = { ...world.shellWorld({ signal: stop.signal }), traps };
    const state = newShellState(world.environment, world.folder, 'sh');
    return createShell(shellWorld).command(words, state, io);
  }

  async function runTrap(process: Process, handler: TrapHandler): Promise<number> {
    const { world, io } = process;
    const state: ShellState = { ...handler.state, flow: undefined };
    const status = await createShell(world.shellWorld({ signal: AbortSignal.timeout(60_000) })).whole(
      handler.action,
      state,
      io,
    );
    return state.flow === undefined ? 143 : status;
  }

  return {
    runs(pod, container) {
      if (!userlands.test(container.image ?? '') || behaviourName(pod, container) !== undefined) return false;
      const name = wordsOf(container)[0] ?? '';
      return Object.hasOwn(programs, name.replace(/^(\/usr)?\/s?bin\//, ''));
    },
    start(pod, container, { id, ended }) {
      const world = worldOf(pod, container, id);
      const log = createLineBuffer(clock);
      const stdin = container.stdin === true ? sourceOf(() => new Promise(() => {})) : emptySource;
      const io: ShellIo = { stdin, stdout: log.sink, stderr: log.sink };
      const words = wordsOf(container).map((word) =>
        word.replace(/\$\(([A-Za-z_]\w*)\)/g, (whole, name: string) => world.environment[name] ?? whole),
      );
      const waits = container.stdin === true && isInteractiveShell(words);
      const process: Process = {
        words,
        waits,
        world,
        log,
        io,
        traps: new Map(),
        stop: new AbortController(),
        ended,
        over: false,
      };
      processes.set(id, process);
      lifeOf(id);
      if (waits) return;
      execute(process, words).then(
        (code) => finish(process, code),
        () => {
          // Interrupted: whoever did it says what the code is.
        },
      );
    },
    terminate(id) {
      const process = processes.get(id);
      const handler = process?.traps.get('TERM');
      if (process === undefined || handler === undefined || process.over) return false;
      process.stop.abort();
      runTrap(process, handler).then(
        (code) => finish(process, code),
        () => finish(process, 143),
      );
      return true;
    },
    kill(id) {
      lifeOf(id).abort();
      lives.delete(id);
      const process = processes.get(id);
      if (process === undefined) return;
      process.over = true;
      process.stop.abort();
      process.log.finish();
    },
    log: (id) => processes.get(id)?.log.history,
    world: worldOf,
    awaitsTerminal(id) {
      const process = processes.get(id);
      return process?.waits === true && !process.over ? process.words : undefined;
    },
    ended(id, code) {
      const process = processes.get(id);
      if (process !== undefined) finish(process, code);
    },
    willEnd(id, end) {
      ends.delete(id);
      ends.set(id, end);
      const oldest = ends.keys().next();
      if (ends.size > kept && oldest.done !== true) ends.delete(oldest.value);
    },
    announcedEnd: (id) => ends.get(id),
    life: (id) => lifeOf(id).signal,
    forget(ids) {
      for (const id of ids) {
        processes.delete(id);
        worlds.delete(id);
        lives.get(id)?.abort();
        lives.delete(id);
      }
    },
  };
}
