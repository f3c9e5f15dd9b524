import { type Command, CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { createCliContext } from './runtime/cli-context.ts';
import { type CliIo, processIo } from './runtime/cli-io.ts';
import { reportError } from './runtime/error-report.ts';
import { exitCode } from './runtime/exit-code.ts';
import { type Interrupt, neverInterrupted } from './runtime/interrupt.ts';
import { type CommandRun, setCommandRun } from './runtime/lazy-action.ts';

export type RunOptions = { io?: CliIo; interrupt?: Interrupt };

/** Runs one command line (without node and script) and gives its exit code. Never throws. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<number> {
  const { io = processIo, interrupt = neverInterrupted } = options;
  const run: CommandRun = {
    exitCode: 0,
    context: (globals) => createCliContext({ globals, io, interrupt, program: createProgram }),
  };
  try {
    const program = await createProgram(args);
    program.configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
    for (const command of program.commands) inheritSettings(command, program);
    setCommandRun(program, run);
    await program.parseAsync([...args], { from: 'user' });
    return interrupt.exitCode ?? run.exitCode;
  } catch (error) {
    if (interrupt.exitCode !== undefined) return interrupt.exitCode;
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode('invalid');
    return reportError(error, io);
  }
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}
