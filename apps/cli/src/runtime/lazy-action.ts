import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';

/** What a command does: its exit code, or nothing for 0. Arguments come in the order the command declares them. */
export type Action<Options, Args extends readonly unknown[]> = (
  context: CliContext,
  options: Options,
  ...args: Args
) => Promise<number | undefined>;

/** Where a finished command leaves its exit code; set on the root command by whoever runs it. */
export type CommandRun = { context(globals: GlobalOptions): CliContext; exitCode: number };

export type GlobalOptions = { server?: string; color?: boolean };

const runs = new WeakMap<Command, CommandRun>();

export function setCommandRun(root: Command, run: CommandRun): void {
  runs.set(root, run);
}

/** Defers loading the code of a command until it is run, so that starting one command never pays for the others. */
export function lazily<Options, Args extends readonly unknown[] = readonly []>(
  load: () => Promise<Action<Options, Args>>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = given.at(-2) as Options;
    const args = given.slice(0, -2) as unknown as Args;
    let root = command;
    while (root.parent) root = root.parent;
    const run = runs.get(root);
    const globals = root.opts<GlobalOptions>();
    if (!run) throw new Error('the program was not made by runCli');
    const context = run.context(globals);
    const code = await (await load())(context, options, ...args);
    run.exitCode = code ?? 0;
  };
}
