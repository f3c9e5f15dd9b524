import type { Clock } from '@pilothouse/core';
import type { ByteSink, ByteSource } from './byte-streams.ts';
import type { ContainerFilesystem } from './container-filesystem.ts';
import type { Command } from './shell-syntax.ts';

/** What a shell has open as 0, 1 and 2. */
export type ShellIo = { stdin: ByteSource; stdout: ByteSink; stderr: ByteSink };

/** How a command leaves its script before the end. */
export type Flow = { kind: 'break' | 'continue'; levels: number } | { kind: 'exit' | 'return' };

/** One shell process: a subshell gets a copy. */
export type ShellState = {
  name: string;
  parameters: string[];
  variables: Map<string, string>;
  exported: Set<string>;
  functions: Map<string, Command>;
  folder: string;
  status: number;
  /** `set -e` */
  stopsOnError: boolean;
  /** Inside a condition, where failure is an answer. */
  guarded: number;
  flow?: Flow | undefined;
  /** What `trap` set, by signal name or EXIT. */
  traps: Map<string, string>;
};

/** A process that `ps` shows. */
export type ProcessRow = { id: number; user: string; command: string; startedAt: number };

/** A signal's handler and the shell it was set in. */
export type TrapHandler = { action: string; state: ShellState };

/** The container around the shells. */
export type ShellWorld = {
  clock: Clock;
  files: ContainerFilesystem;
  hostName: string;
  user: string;
  image: string;
  /** The kind of userland: decides words of messages and which programs there are. */
  flavour: 'busybox' | 'gnu';
  processes(): ProcessRow[];
  /** The names in the cluster's DNS, as this pod sees them; undefined when there is no such name. */
  resolve(name: string): { address: string; ports: readonly number[]; ready: boolean } | undefined;
  /** CPU cores and bytes of memory of the node. */
  node: { name: string; cpus: number; memoryBytes: number };
  /** Size of the terminal, when there is one. */
  terminalSize?: (() => { columns: number; rows: number }) | undefined;
  /** The signals the container's main process handles. */
  traps?: Map<string, TrapHandler>;
  /** Aborts the command in the foreground: an interrupt, or the end of the container or the client. */
  signal: AbortSignal;
};

/** What a command is called with. */
export type CommandCall = {
  /** Arguments without the command's name. */
  args: readonly string[];
  name: string;
  io: ShellIo;
  shell: ShellState;
  world: ShellWorld;
  /** What a name stands for, for `type` and `command -v`. */
  locate(name: string): 'builtin' | 'program' | undefined;
  /** Runs a command by its name and arguments in this shell. */
  run(words: readonly string[], io: ShellIo): Promise<number>;
  /** Runs a script in a shell of its own; a trap on EXIT is honoured. */
  spawn(text: string, state: ShellState, io: ShellIo): Promise<number>;
  /** Runs a script in this shell. */
  evaluate(text: string, io: ShellIo): Promise<number>;
};

export type CommandFunction = (call: CommandCall) => Promise<number>;

export function newShellState(environment: Readonly<Record<string, string>>, folder: string, name: string): ShellState {
  return {
    name,
    parameters: [],
    variables: new Map(Object.entries(environment)),
    exported: new Set(Object.keys(environment)),
    functions: new Map(),
    folder,
    status: 0,
    stopsOnError: false,
    guarded: 0,
    traps: new Map(),
  };
}

export function subshell(state: ShellState): ShellState {
  const { flow: _, ...rest } = state;
  return {
    ...rest,
    parameters: [...state.parameters],
    variables: new Map(state.variables),
    exported: new Set(state.exported),
    functions: new Map(state.functions),
    traps: new Map(),
  };
}

/** The foreground command was interrupted, or its container or client is gone. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

export function variableOf(state: ShellState, name: string): string | undefined {
  if (/^[1-9][0-9]*$/.test(name)) return state.parameters[Number(name) - 1];
  switch (name) {
    case '0':
      return state.name;
    case '?':
      return String(state.status);
    case '#':
      return String(state.parameters.length);
    case '@':
    case '*':
      return state.parameters.join(' ');
    case '$':
      return '1';
    case '!':
    case '-':
      return '';
    case 'PWD':
      return state.folder;
    case 'RANDOM':
      return String(Math.floor(Math.random() * 32768));
    default:
      return state.variables.get(name);
  }
}
