import { fileCommands } from './commands/file-commands.ts';
import { networkCommands } from './commands/network-commands.ts';
import { shellBuiltins } from './commands/shell-builtins.ts';
import { systemCommands } from './commands/system-commands.ts';
import { textCommands } from './commands/text-commands.ts';
import { resolvePath } from './container-filesystem.ts';
import type { CommandFunction, ShellState, ShellWorld } from './shell-state.ts';

/** Programs that any image with a shell has, by name. */
export const programs: Readonly<Record<string, CommandFunction>> = {
  ...fileCommands,
  ...textCommands,
  ...systemCommands,
  ...networkCommands,
};

const folders = ['/bin/', '/usr/bin/', '/sbin/', '/usr/sbin/', '/usr/local/bin/'];

/** The command that a name or path stands for: a builtin, a program, or a script among the container's files. */
export function findCommand(name: string, state: ShellState, world: ShellWorld): CommandFunction | undefined {
  if (Object.hasOwn(shellBuiltins, name)) return shellBuiltins[name];
  return findProgram(name, state, world);
}

/** As `findCommand`, for what can be run without a shell. */
export function findProgram(name: string, state: ShellState, world: ShellWorld): CommandFunction | undefined {
  const folder = folders.find((one) => name.startsWith(one));
  const bare = folder === undefined ? name : name.slice(folder.length);
  if (Object.hasOwn(programs, bare) && (folder !== undefined || !name.includes('/'))) {
    return shells.has(bare) && !hasShell(bare, world) ? undefined : programs[bare];
  }
  if (!name.includes('/')) return undefined;
  const path = resolvePath(state.folder, name);
  const file = world.files.stat(path);
  if (file?.kind !== 'file' || !file.content.startsWith('#!')) return undefined;
  return ({ args, io, run }) => run(['sh', path, ...args], io);
}

/** What a command's name stands for, as `type` tells. */
export function locate(name: string, state: ShellState, world: ShellWorld): 'builtin' | 'program' | undefined {
  if (Object.hasOwn(shellBuiltins, name)) return 'builtin';
  return findProgram(name, state, world) === undefined ? undefined : 'program';
}

const shells = new Set(['sh', 'ash', 'bash', 'dash']);

/** Which shells an image has: busybox calls its own ash, Debian has dash and bash. */
export function hasShell(name: string, { flavour }: Pick<ShellWorld, 'flavour'>): boolean {
  return name === 'sh' || (flavour === 'gnu' ? name !== 'ash' : name === 'ash');
}
