import { messageOf } from '@pilothouse/core';
import { FileProblem, resolvePath } from '../container-filesystem.ts';
import type { CommandCall, CommandFunction } from '../shell-state.ts';
import { optionsOf } from './command-options.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const fileCommands: Readonly<Record<string, CommandFunction>> = {
  async ls(call) {
    const { flags, rest } = optionsOf(call.args);
    const targets = rest.length === 0 ? ['.'] : rest;
    let status = 0;
    for (const [index, target] of targets.entries()) {
      const path = resolvePath(call.shell.folder, target);
      const node = call.world.files.stat(path);
      if (node === undefined) {
        await call.io.stderr.write(
          `ls: ${call.world.flavour === 'gnu' ? `cannot access '${target}'` : target}: No such file or directory\n`,
        );
        status = call.world.flavour === 'gnu' ? 2 : 1;
        continue;
      }
      if (targets.length > 1 && node.kind === 'folder')
        await call.io.stdout.write(`${index > 0 ? '\n' : ''}${target}:\n`);
      const hidden = flags.has('a') || flags.has('A');
      const listed =
        node.kind === 'file' || flags.has('d')
          ? [target]
          : call.world.files.list(path).filter((name) => hidden || !name.startsWith('.'));
      const names = flags.has('a') && node.kind === 'folder' ? ['.', '..', ...listed] : listed;
      if (flags.has('l'))
        for (const name of names)
          await call.io.stdout.write(
            `${longLine(call, node.kind === 'file' ? path : resolvePath(path, name), name)}\n`,
          );
      else if (names.length > 0) await call.io.stdout.write(`${names.join('\n')}\n`);
    }
    return status;
  },
  async cat(call) {
    const { rest } = optionsOf(call.args);
    let status = 0;
    for (const target of rest.length === 0 ? ['-'] : rest) {
      if (target === '-') {
        for (let chunk = await call.io.stdin.read(); chunk !== undefined; chunk = await call.io.stdin.read())
          await call.io.stdout.write(chunk);
        continue;
      }
      status = Math.max(status, await withFile(call, target, (content) => call.io.stdout.write(content)));
    }
    return status;
  },
  async tee(call) {
    const { flags, rest } = optionsOf(call.args);
    const paths = rest.map((target) => resolvePath(call.shell.folder, target));
    if (!flags.has('a')) for (const path of paths) call.world.files.write(path, '');
    for (let chunk = await call.io.stdin.read(); chunk !== undefined; chunk = await call.io.stdin.read()) {
      await call.io.stdout.write(chunk);
      for (const path of paths) call.world.files.write(path, chunk.toString('utf8'), { append: true });
    }
    return 0;
  },
  async mkdir(call) {
    const { flags, rest } = optionsOf(call.args, 'm');
    return each(call, rest, (path) => call.world.files.makeFolder(path, flags.has('p')), "can't create directory");
  },
  async rm(call) {
    const { flags, rest } = optionsOf(call.args);
    const recursive = flags.has('r') || flags.has('R');
    const status = await each(
      { ...call, io: flags.has('f') ? quiet(call) : call.io },
      rest,
      (path) => call.world.files.remove(path, recursive),
      "can't remove",
    );
    return flags.has('f') ? 0 : status;
  },
  async rmdir(call) {
    return each(
      call,
      optionsOf(call.args).rest,
      (path) => {
        if (call.world.files.list(path).length > 0) throw new FileProblem('Directory not empty');
        call.world.files.remove(path, true);
      },
      '',
    );
  },
  async touch(call) {
    return each(call, optionsOf(call.args).rest, (path) => call.world.files.write(path, '', { append: true }), '');
  },
  async cp(call) {
    const { rest } = optionsOf(call.args);
    return copy(call, rest, false);
  },
  async mv(call) {
    const { rest } = optionsOf(call.args);
    return copy(call, rest, true);
  },
  chmod: async () => 0,
  chown: async () => 0,
  ln: async () => 0,
  sync: async () => 0,
  async stat(call) {
    return each(
      call,
      optionsOf(call.args, 'c').rest,
      (path) => {
        if (call.world.files.stat(path) === undefined) throw new FileProblem('No such file or directory');
      },
      "can't stat",
    );
  },
  async basename({ args, io }) {
    const name = (args[0] ?? '').replace(/\/+$/, '').split('/').at(-1) ?? '';
    await io.stdout.write(
      `${args[1] !== undefined && name.endsWith(args[1]) ? name.slice(0, -args[1].length) : name}\n`,
    );
    return 0;
  },
  async dirname({ args, io }) {
    const path = args[0] ?? '';
    const slash = path.lastIndexOf('/');
    await io.stdout.write(`${slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash)}\n`);
    return 0;
  },
  async find(call) {
    const { args, shell, world, io } = call;
    const root = args[0] !== undefined && !args[0].startsWith('-') ? args[0] : '.';
    const type = args[args.indexOf('-type') + 1];
    const walk = async (path: string, shown: string): Promise<void> => {
      const node = world.files.stat(path);
      if (node === undefined) return;
      if (!args.includes('-type') || (type === 'd') === (node.kind === 'folder')) await io.stdout.write(`${shown}\n`);
      if (node.kind === 'folder')
        for (const name of world.files.list(path))
          await walk(resolvePath(path, name), shown === '/' ? `/${name}` : `${shown}/${name}`);
    };
    await walk(resolvePath(shell.folder, root), root);
    return 0;
  },
};

/** Reads a file for a command; says so when it cannot. */
export async function withFile(
  call: CommandCall,
  target: string,
  use: (content: string) => Promise<void>,
): Promise<number> {
  let content: string;
  try {
    content = call.world.files.read(resolvePath(call.shell.folder, target));
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    const subject = call.world.flavour === 'gnu' ? target : `can't open '${target}'`;
    await call.io.stderr.write(`${call.name}: ${subject}: ${messageOf(error)}\n`);
    return 1;
  }
  await use(content);
  return 0;
}

async function each(
  call: Pick<CommandCall, 'io' | 'name' | 'shell'>,
  targets: readonly string[],
  act: (path: string) => void,
  words: string,
): Promise<number> {
  let status = 0;
  for (const target of targets) {
    try {
      act(resolvePath(call.shell.folder, target));
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      await call.io.stderr.write(`${call.name}: ${words === '' ? '' : `${words} `}'${target}': ${messageOf(error)}\n`);
      status = 1;
    }
  }
  return status;
}

function quiet(call: CommandCall): CommandCall['io'] {
  return { ...call.io, stderr: { async write() {} } };
}

async function copy(call: CommandCall, paths: readonly string[], move: boolean): Promise<number> {
  const target = resolvePath(call.shell.folder, paths.at(-1) ?? '.');
  return each(
    call,
    paths.slice(0, -1),
    (path) => {
      const content = call.world.files.read(path);
      const into =
        call.world.files.stat(target)?.kind === 'folder' ? resolvePath(target, path.split('/').at(-1) ?? '') : target;
      call.world.files.write(into, content);
      if (move) call.world.files.remove(path, false);
    },
    "can't stat",
  );
}

function longLine({ world }: CommandCall, path: string, name: string): string {
  const node = world.files.stat(path) ?? { kind: 'folder' as const, mode: 0o755, time: world.clock.now() };
  const bits = [...'rwxrwxrwx'].map((sign, index) => ((node.mode >> (8 - index)) & 1 ? sign : '-')).join('');
  const date = new Date(node.time);
  const when = `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 16)}`;
  const size = node.kind === 'file' ? Buffer.byteLength(node.content) : 4096;
  return `${node.kind === 'folder' ? 'd' : '-'}${bits}    1 root     root     ${String(size).padStart(9)} ${when} ${name}`;
}
