import { messageOf } from '@pilothouse/core';
import {
  type ByteSink,
  collectingSink,
  createPipe,
  discardingSink,
  emptySource,
  isClosedPipe,
  textSource,
} from './byte-streams.ts';
import { findCommand, locate } from './command-table.ts';
import { FileProblem, resolvePath } from './container-filesystem.ts';
import { type ExpansionContext, expandPattern, expandText, expandWords } from './shell-expansion.ts';
import { parseScript } from './shell-parser.ts';
import { matchesPattern } from './shell-pattern.ts';
import {
  type CommandCall,
  Interrupted,
  type ShellIo,
  type ShellState,
  type ShellWorld,
  subshell,
} from './shell-state.ts';
import { type Command, type Pipeline, type Redirect, type Script, ShellSyntaxError } from './shell-syntax.ts';

/** Runs scripts in a container. */
export type Shell = {
  /** Parses and runs `text`; resolves with its status. Throws Interrupted when the world's signal aborts, ShellSyntaxError for a script that is none. */
  run(text: string, state: ShellState, io: ShellIo): Promise<number>;
  /** As `run`, for a line of a shell that goes on: syntax errors are said on stderr. */
  line(text: string, state: ShellState, io: ShellIo): Promise<number>;
  /** As `run`, for a process of its own: syntax errors are said on stderr, a trap on EXIT is honoured. */
  whole(text: string, state: ShellState, io: ShellIo): Promise<number>;
  /** Runs one command by its words, without parsing. */
  command(words: readonly string[], state: ShellState, io: ShellIo): Promise<number>;
};

/** Commands between two turns of the event loop, and between two rests of a script that never sleeps. */
const turnEvery = 100;
const restEvery = 2_000;
const restMilliseconds = 50;

export function createShell(world: ShellWorld): Shell {
  let steps = 0;

  /** Keeps a busy script from holding the process. */
  async function breathe(): Promise<void> {
    if (world.signal.aborted) throw new Interrupted();
    steps++;
    if (steps % restEvery === 0) await world.clock.sleep(restMilliseconds, world.signal).catch(() => {});
    else if (steps % turnEvery === 0) await new Promise(setImmediate);
  }

  function expansion(state: ShellState, io: ShellIo): ExpansionContext {
    return {
      state,
      world,
      async substitute(text) {
        const inner = subshell(state);
        const sink = collectingSink();
        state.status = await runScript(parseScript(text), inner, { ...io, stdin: emptySource, stdout: sink });
        return sink.text();
      },
    };
  }

  async function runScript(script: Script, state: ShellState, io: ShellIo): Promise<number> {
    for (const { when, pipeline, background } of script) {
      if (state.flow !== undefined) break;
      if ((when === 'and' && state.status !== 0) || (when === 'or' && state.status === 0)) continue;
      if (background) {
        const inner = subshell(state);
        void runPipeline(pipeline, inner, { ...io, stdin: emptySource }).catch(() => {});
        state.status = 0;
        continue;
      }
      state.status = await uninterrupted(runPipeline(pipeline, state, io));
      const decides =
        when !== 'always' ||
        pipeline.negated ||
        script[script.findIndex((one) => one.pipeline === pipeline) + 1]?.when === 'or';
      if (state.status !== 0 && state.stopsOnError && state.guarded === 0 && !decides) state.flow ??= { kind: 'exit' };
    }
    return state.status;
  }

  /** A result only counts while nobody interrupted. */
  async function uninterrupted(result: Promise<number>): Promise<number> {
    const status = await result;
    if (world.signal.aborted) throw new Interrupted();
    return status;
  }

  async function runPipeline({ commands, negated }: Pipeline, state: ShellState, io: ShellIo): Promise<number> {
    const [only] = commands;
    const status =
      commands.length === 1 && only !== undefined
        ? await runCommand(only, state, io)
        : await runPiped(commands, state, io);
    return negated ? (status === 0 ? 1 : 0) : status;
  }

  async function runPiped(commands: readonly Command[], state: ShellState, io: ShellIo): Promise<number> {
    let stdin = io.stdin;
    let closeStdin = () => {};
    const running: Promise<number>[] = [];
    for (const [index, command] of commands.entries()) {
      const pipe = index < commands.length - 1 ? createPipe() : undefined;
      const own = { ...io, stdin, stdout: pipe?.sink ?? io.stdout };
      const close = closeStdin;
      running.push(
        runCommand(command, subshell(state), own).finally(() => {
          pipe?.closeSink();
          close();
        }),
      );
      if (pipe === undefined) break;
      stdin = pipe.source;
      closeStdin = pipe.closeSource;
    }
    const settled = await Promise.allSettled(running);
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    const last = settled.at(-1);
    return last?.status === 'fulfilled' ? last.value : 1;
  }

  async function runCommand(command: Command, state: ShellState, io: ShellIo): Promise<number> {
    await breathe();
    try {
      if (command.kind === 'function') {
        state.functions.set(command.name, command.body);
        return 0;
      }
      return await execute(command, state, await redirected(command.redirects, state, io));
    } catch (error) {
      if (isClosedPipe(error)) return 141;
      if (error instanceof Interrupted) throw error;
      if (error instanceof FileProblem || error instanceof ShellSyntaxError) {
        await io.stderr.write(`${state.name}: ${messageOf(error)}\n`).catch(() => {});
        return error instanceof ShellSyntaxError ? 2 : 1;
      }
      throw error;
    }
  }

  async function execute(
    command: Exclude<Command, { kind: 'function' }>,
    state: ShellState,
    io: ShellIo,
  ): Promise<number> {
    switch (command.kind) {
      case 'simple':
        return runSimple(command, state, io);
      case 'group':
        return runScript(command.body, command.subshell ? subshell(state) : state, io);
      case 'if': {
        for (const { condition, body } of command.branches) {
          if ((await guard(condition, state, io)) === 0)
            return state.flow === undefined ? block(body, state, io) : state.status;
        }
        return command.otherwise === undefined ? 0 : block(command.otherwise, state, io);
      }
      case 'loop':
        return runLoop(state, io, {
          body: command.body,
          next: async () => ((await guard(command.condition, state, io)) === 0) !== command.until,
        });
      case 'for': {
        const values =
          command.words === undefined ? [...state.parameters] : await expandWords(command.words, expansion(state, io));
        return runLoop(state, io, {
          body: command.body,
          next: async () => {
            const value = values.shift();
            if (value !== undefined) state.variables.set(command.name, value);
            return value !== undefined;
          },
        });
      }
      default: {
        const subject = await expandText(command.subject, expansion(state, io));
        for (const { patterns, body } of command.branches) {
          for (const pattern of patterns) {
            if (matchesPattern(await expandPattern(pattern, expansion(state, io)), subject))
              return block(body, state, io);
          }
        }
        return 0;
      }
    }
  }

  function block(script: Script, state: ShellState, io: ShellIo): Promise<number> {
    state.status = 0;
    return runScript(script, state, io);
  }

  async function guard(condition: Script, state: ShellState, io: ShellIo): Promise<number> {
    state.guarded++;
    try {
      return await block(condition, state, io);
    } finally {
      state.guarded--;
    }
  }

  async function runLoop(
    state: ShellState,
    io: ShellIo,
    { body, next }: { body: Script; next: () => Promise<boolean> },
  ): Promise<number> {
    let status = 0;
    while (await next()) {
      await breathe();
      if (state.flow === undefined) status = await block(body, state, io);
      const { flow } = state;
      if (flow === undefined) continue;
      if (!('levels' in flow)) return state.status;
      state.flow = flow.levels > 1 ? { ...flow, levels: flow.levels - 1 } : undefined;
      if (flow.kind === 'break' || flow.levels > 1) return 0;
    }
    return state.flow === undefined ? status : state.status;
  }

  async function runSimple(command: Command & { kind: 'simple' }, state: ShellState, io: ShellIo): Promise<number> {
    const context = expansion(state, io);
    const assignments: [string, string][] = [];
    const words = await expandWords(command.words, context);
    for (const { name, value } of command.assignments) assignments.push([name, await expandText(value, context)]);
    if (words.length === 0) {
      for (const [name, value] of assignments) state.variables.set(name, value);
      return command.assignments.some(({ value }) => value.some((part) => part.kind === 'command')) ? state.status : 0;
    }
    if (assignments.length === 0) return callCommand(words, state, io);
    const inner = subshell(state);
    for (const [name, value] of assignments) {
      inner.variables.set(name, value);
      inner.exported.add(name);
    }
    return callCommand(words, inner, io);
  }

  async function callCommand(words: readonly string[], state: ShellState, io: ShellIo): Promise<number> {
    const [name = '', ...args] = words;
    const defined = state.functions.get(name);
    if (defined !== undefined) return callFunction(defined, { state, io, args });
    const found = findCommand(name, state, world);
    if (found === undefined) {
      await io.stderr.write(
        world.flavour === 'gnu' ? `${state.name}: ${name}: command not found\n` : `${state.name}: ${name}: not found\n`,
      );
      return 127;
    }
    const call: CommandCall = {
      name,
      args,
      io,
      shell: state,
      world,
      run: (inner, streams) => callCommand(inner, state, streams),
      spawn: (text, inner, streams) => runWhole(text, inner, streams),
      locate: (wanted) => locate(wanted, state, world),
      evaluate: (text, streams) => runScript(parseScript(text), state, streams),
    };
    return found(call);
  }

  /** A script from its beginning to its end, as a process of its own. */
  async function runWhole(text: string, state: ShellState, io: ShellIo): Promise<number> {
    const status = await report(text, state, io);
    const farewell = state.traps.get('EXIT');
    if (status === undefined || farewell === undefined) return status ?? 2;
    const { flow } = state;
    state.flow = undefined;
    await report(farewell, state, io);
    state.flow = flow;
    return status;
  }

  /** Runs a script; says what is wrong when it is none, and returns nothing then. */
  async function report(text: string, state: ShellState, io: ShellIo): Promise<number | undefined> {
    try {
      return await runScript(parseScript(text), state, io);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      await io.stderr.write(`${state.name}: ${error.message}\n`);
      return undefined;
    }
  }

  async function callFunction(
    body: Command,
    { state, io, args }: { state: ShellState; io: ShellIo; args: readonly string[] },
  ): Promise<number> {
    const saved = state.parameters;
    state.parameters = [...args];
    const status = await runCommand(body, state, io);
    state.parameters = saved;
    if (state.flow?.kind !== 'return') return status;
    state.flow = undefined;
    return state.status;
  }

  async function redirected(redirects: readonly Redirect[], state: ShellState, io: ShellIo): Promise<ShellIo> {
    let streams = io;
    for (const { from, sign, target } of redirects) {
      const context = expansion(state, io);
      const text = await expandText(target, context);
      if (sign === '<<') streams = { ...streams, stdin: textSource(text) };
      else if (sign === '<') streams = { ...streams, stdin: textSource(readFile(text, state)) };
      else if (sign === '>&') {
        const sink = text === '2' ? streams.stderr : text === '1' ? streams.stdout : discardingSink;
        streams = from === 2 ? { ...streams, stderr: sink } : { ...streams, stdout: sink };
      } else {
        const sink = fileSink(text, { state, io, append: sign === '>>' });
        streams = from === 2 ? { ...streams, stderr: sink } : { ...streams, stdout: sink };
      }
    }
    return streams;
  }

  function readFile(path: string, state: ShellState): string {
    if (path === '/dev/null') return '';
    try {
      return world.files.read(resolvePath(state.folder, path));
    } catch (error) {
      throw new ShellSyntaxError(`can't open ${path}: ${messageOf(error)}`);
    }
  }

  function fileSink(
    path: string,
    { state, io, append }: { state: ShellState; io: ShellIo; append: boolean },
  ): ByteSink {
    if (path === '/dev/null') return discardingSink;
    if (path === '/dev/stdout') return io.stdout;
    if (path === '/dev/stderr') return io.stderr;
    const whole = resolvePath(state.folder, path);
    try {
      if (!append || world.files.stat(whole) === undefined) world.files.write(whole, '');
    } catch (error) {
      throw new ShellSyntaxError(`can't create ${path}: ${messageOf(error)}`);
    }
    return {
      async write(data) {
        world.files.write(whole, typeof data === 'string' ? data : Buffer.from(data).toString('utf8'), {
          append: true,
        });
      },
    };
  }

  return {
    run: (text, state, io) => runScript(parseScript(text), state, io),
    line: async (text, state, io) => (await report(text, state, io)) ?? 2,
    whole: runWhole,
    async command(words, state, io) {
      try {
        return await callCommand(words, state, io);
      } catch (error) {
        if (isClosedPipe(error)) return 141;
        throw error;
      }
    },
  };
}
