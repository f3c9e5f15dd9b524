import { messageOf } from '@pilothouse/core';
import { resolvePath } from '../container-filesystem.ts';
import { type CommandCall, type CommandFunction, Interrupted, type ShellState } from '../shell-state.ts';
import { evaluateTest } from './shell-test.ts';

/** What the shell does itself, because it changes the shell. */
export const shellBuiltins: Readonly<Record<string, CommandFunction>> = {
  ':': async () => 0,
  true: async () => 0,
  false: async () => 1,
  async cd({ args, shell, world, io, name }) {
    const wanted =
      args[0] === '-'
        ? (shell.variables.get('OLDPWD') ?? shell.folder)
        : (args[0] ?? shell.variables.get('HOME') ?? '/root');
    const path = resolvePath(shell.folder, wanted);
    const node = world.files.stat(path);
    if (node?.kind !== 'folder') {
      const why = node === undefined ? 'No such file or directory' : 'Not a directory';
      await io.stderr.write(
        world.flavour === 'gnu'
          ? `${shell.name}: ${name}: ${wanted}: ${why}\n`
          : `${shell.name}: ${name}: can't cd to ${wanted}: ${why}\n`,
      );
      return world.flavour === 'gnu' ? 1 : 2;
    }
    shell.variables.set('OLDPWD', shell.folder);
    shell.folder = path;
    return 0;
  },
  async pwd({ shell, io }) {
    await io.stdout.write(`${shell.folder}\n`);
    return 0;
  },
  async exit({ args, shell }) {
    shell.flow = { kind: 'exit' };
    shell.status = args[0] === undefined ? shell.status : Number(args[0]) & 255;
    return shell.status;
  },
  async return({ args, shell }) {
    shell.flow = { kind: 'return' };
    shell.status = args[0] === undefined ? shell.status : Number(args[0]) & 255;
    return shell.status;
  },
  async break({ args, shell }) {
    shell.flow = { kind: 'break', levels: Math.max(1, Number(args[0] ?? 1)) };
    return 0;
  },
  async continue({ args, shell }) {
    shell.flow = { kind: 'continue', levels: Math.max(1, Number(args[0] ?? 1)) };
    return 0;
  },
  async export({ args, shell, io }) {
    if (args.length === 0)
      for (const name of [...shell.exported].sort())
        await io.stdout.write(`export ${name}='${shell.variables.get(name) ?? ''}'\n`);
    for (const text of args) {
      const name = assign(shell, text);
      shell.exported.add(name);
    }
    return 0;
  },
  async readonly({ args, shell }) {
    for (const text of args) assign(shell, text);
    return 0;
  },
  async local({ args, shell }) {
    for (const text of args) assign(shell, text);
    return 0;
  },
  async unset({ args, shell }) {
    for (const name of args) {
      shell.variables.delete(name);
      shell.exported.delete(name);
      shell.functions.delete(name);
    }
    return 0;
  },
  async set({ args, shell, io }) {
    if (args.length === 0)
      for (const [name, value] of [...shell.variables].sort()) await io.stdout.write(`${name}='${value}'\n`);
    for (const [index, option] of args.entries()) {
      if (option === '--') {
        shell.parameters = args.slice(index + 1);
        break;
      }
      if (!/^[-+]/.test(option)) {
        shell.parameters = args.slice(index);
        break;
      }
      if (option.includes('e')) shell.stopsOnError = option.startsWith('-');
    }
    return 0;
  },
  async shift({ args, shell }) {
    const count = Number(args[0] ?? 1);
    if (count > shell.parameters.length) return 1;
    shell.parameters = shell.parameters.slice(count);
    return 0;
  },
  async read({ args, shell, io }) {
    const names = args.filter((one) => !one.startsWith('-'));
    const line = await io.stdin.readLine();
    const fields = (line ?? '').trim().split(/[ \t]+/);
    const targets = names.length === 0 ? ['REPLY'] : names;
    for (const [index, name] of targets.entries()) {
      const last = index === targets.length - 1;
      shell.variables.set(name, last ? fields.slice(index).join(' ') : (fields[index] ?? ''));
    }
    return line === undefined ? 1 : 0;
  },
  eval: ({ args, evaluate, io }) => evaluate(args.join(' '), io),
  async '.'({ args, evaluate, io, world, shell }) {
    try {
      return await evaluate(world.files.read(resolvePath(shell.folder, args[0] ?? '')), io);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      await io.stderr.write(`${shell.name}: .: can't open '${args[0] ?? ''}': ${messageOf(error)}\n`);
      return 2;
    }
  },
  async exec({ args, run, io, shell }) {
    if (args.length === 0) return 0;
    const status = await run(args, io);
    shell.status = status;
    shell.flow = { kind: 'exit' };
    return status;
  },
  async trap({ args, shell, world }) {
    const [action = '', ...signals] = args;
    for (const signal of signals) {
      const name = signal.replace(/^SIG/, '').replace(/^0$/, 'EXIT').replace(/^15$/, 'TERM').replace(/^2$/, 'INT');
      if (action === '-') {
        shell.traps.delete(name);
        world.traps?.delete(name);
        continue;
      }
      shell.traps.set(name, action);
      world.traps?.set(name, { action, state: shell });
    }
    return 0;
  },
  wait: async () => 0,
  umask: async () => 0,
  ulimit: async () => 0,
  alias: async () => 0,
  async command(call) {
    const { args, run, io } = call;
    if (args[0] !== '-v' && args[0] !== '-V') return args.length === 0 ? 0 : run(args, io);
    return describe(call, args.slice(1), false);
  },
  type: (call) => describe(call, call.args, true),
  async test({ args, world, shell }) {
    return evaluateTest(args, world.files, shell.folder) ? 0 : 1;
  },
  async '['({ args, world, shell, io }) {
    if (args.at(-1) !== ']') {
      await io.stderr.write(`${shell.name}: [: missing ]\n`);
      return 2;
    }
    return evaluateTest(args.slice(0, -1), world.files, shell.folder) ? 0 : 1;
  },
  async '[['({ args, world, shell }) {
    return evaluateTest(args.slice(0, -1), world.files, shell.folder) ? 0 : 1;
  },
};

function assign(shell: ShellState, text: string): string {
  const equals = text.indexOf('=');
  if (equals < 0) return text;
  shell.variables.set(text.slice(0, equals), text.slice(equals + 1));
  return text.slice(0, equals);
}

async function describe({ io, locate }: CommandCall, names: readonly string[], wordy: boolean): Promise<number> {
  let status = 0;
  for (const name of names) {
    const found = locate(name);
    if (found === 'builtin') await io.stdout.write(wordy ? `${name} is a shell builtin\n` : `${name}\n`);
    else if (found === 'program') await io.stdout.write(wordy ? `${name} is /bin/${name}\n` : `/bin/${name}\n`);
    else {
      if (wordy) await io.stdout.write(`${name}: not found\n`);
      status = 127;
    }
  }
  return status;
}
