import { messageOf } from '@pilothouse/core';
import { resolvePath } from '../container-filesystem.ts';
import type { CommandCall, CommandFunction } from '../shell-state.ts';
import { newShellState } from '../shell-state.ts';
import { optionsOf } from './command-options.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const systemCommands: Readonly<Record<string, CommandFunction>> = {
  sh: shell,
  ash: shell,
  bash: shell,
  dash: shell,
  true: async () => 0,
  false: async () => 1,
  async sleep({ args, world, io, name }) {
    const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
    let seconds = 0;
    for (const arg of args) {
      const parts = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(arg);
      if (parts === null && arg !== 'infinity') {
        await io.stderr.write(`${name}: invalid number '${arg}'\n`);
        return 1;
      }
      seconds += parts === null ? Number.POSITIVE_INFINITY : Number(parts[1]) * (units[parts[2] ?? ''] ?? 1);
    }
    await world.clock.sleep(Math.min(seconds * 1000, 2 ** 31 - 1), world.signal).catch(() => {});
    return world.signal.aborted ? 143 : 0;
  },
  async env(call) {
    const { args, shell: state, io, run } = call;
    const command = args.findIndex((arg) => !arg.includes('=') && !arg.startsWith('-'));
    if (command >= 0) return run(args.slice(command), io);
    for (const name of state.exported) await io.stdout.write(`${name}=${state.variables.get(name) ?? ''}\n`);
    return 0;
  },
  async printenv({ args, shell: state, io }) {
    const names = args.length === 0 ? [...state.exported] : args;
    let status = 0;
    for (const name of names) {
      const value = state.exported.has(name) ? state.variables.get(name) : undefined;
      if (value === undefined) status = 1;
      else await io.stdout.write(args.length === 0 ? `${name}=${value}\n` : `${value}\n`);
    }
    return status;
  },
  async ps({ world, io }) {
    const now = world.clock.now();
    await io.stdout.write(
      world.flavour === 'gnu' ? '    PID TTY          TIME CMD\n' : 'PID   USER     TIME  COMMAND\n',
    );
    for (const { id, user, command, startedAt } of world.processes()) {
      const minutes = Math.floor(Math.max(0, now - startedAt) / 3_600_000);
      const line =
        world.flavour === 'gnu'
          ? `${String(id).padStart(7)} ?        00:00:${String(minutes % 60).padStart(2, '0')} ${command}`
          : `${String(id).padStart(5)} ${user.padEnd(8)} 0:${String(minutes % 60).padStart(2, '0')} ${command}`;
      await io.stdout.write(`${line}\n`);
    }
    return 0;
  },
  hostname: ({ world, io }) => print(io, world.hostName),
  whoami: ({ world, io }) => print(io, world.user),
  id: ({ world, io }) =>
    print(
      io,
      world.user === 'root'
        ? 'uid=0(root) gid=0(root) groups=0(root)'
        : `uid=10001(${world.user}) gid=10001(${world.user}) groups=10001(${world.user})`,
    ),
  nproc: ({ world, io }) => print(io, String(world.node.cpus)),
  arch: ({ io }) => print(io, 'x86_64'),
  tty: ({ world, io }) => print(io, world.terminalSize === undefined ? 'not a tty' : '/dev/pts/0'),
  async uname({ args, world, io }) {
    const { flags } = optionsOf(args);
    const parts = {
      s: 'Linux',
      n: world.hostName,
      r: '6.12.48-sim',
      v: '#1 SMP PREEMPT_DYNAMIC',
      m: 'x86_64',
      o: 'GNU/Linux',
    };
    const wanted = (Object.keys(parts) as (keyof typeof parts)[]).filter(
      (one) => flags.has('a') || flags.has(one) || (flags.size === 0 && one === 's'),
    );
    return print(io, wanted.map((one) => parts[one]).join(' '));
  },
  async date({ args, world, io }) {
    const date = new Date(world.clock.now());
    const format = args.find((arg) => arg.startsWith('+'));
    return print(
      io,
      format === undefined ? formatDate(date, '%a %b %e %H:%M:%S UTC %Y') : formatDate(date, format.slice(1)),
    );
  },
  async uptime({ world, io }) {
    const date = formatDate(new Date(world.clock.now()), '%H:%M:%S');
    return print(io, ` ${date} up 21 days,  3:12,  0 users,  load average: 0.42, 0.38, 0.35`);
  },
  async stty({ args, world, io }) {
    if (args[0] !== 'size') return 0;
    const size = world.terminalSize?.();
    if (size === undefined) {
      await io.stderr.write('stty: standard input: Inappropriate ioctl for device\n');
      return 1;
    }
    return print(io, `${size.rows} ${size.columns}`);
  },
  clear: async ({ io }) => {
    await io.stdout.write('\u001b[H\u001b[2J\u001b[3J');
    return 0;
  },
  reset: async () => 0,
  async free({ world, io }) {
    const total = Math.round(world.node.memoryBytes / 1024);
    const used = Math.round(total * 0.42);
    return print(
      io,
      `              total        used        free      shared  buff/cache   available\nMem:     ${total}  ${used}  ${total - used}  1204  ${Math.round(total * 0.2)}  ${total - used}\nSwap:           0           0           0`,
    );
  },
  df: ({ io }) =>
    print(
      io,
      'Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay              101430960  24817220  72420456  26% /\ntmpfs                    65536         0     65536   0% /dev',
    ),
  du: ({ io, args }) => print(io, `4\t${optionsOf(args).rest[0] ?? '.'}`),
  async kill({ args, io, name }) {
    const targets = optionsOf(args).rest.filter((one) => !/^-/.test(one));
    if (targets.length > 0) return 0;
    await io.stderr.write(`usage: ${name} [-signal] pid\n`);
    return 1;
  },
  async which(call) {
    return call.run(['command', '-v', ...call.args], call.io);
  },
  async timeout({ args, io, run }) {
    const rest = args.slice(/^\d/.test(args[0] ?? '') ? 1 : 0);
    return rest.length === 0 ? 1 : run(rest, io);
  },
  nohup: ({ args, io, run }) => run(args, io),
  async pg_isready({ io, world }) {
    if (!world.image.includes('postgres')) return 127;
    return print(io, '/var/run/postgresql:5432 - accepting connections');
  },
  async 'redis-cli'({ args, io, world }) {
    if (!/redis|valkey/.test(world.image)) return 127;
    return print(
      io,
      args[0]?.toLowerCase() === 'ping' ? 'PONG' : args[0]?.toLowerCase() === 'dbsize' ? '(integer) 4127' : '(nil)',
    );
  },
};

/** `sh -c '…' [name args]`, `sh file`, or a script on standard input. */
async function shell(call: CommandCall): Promise<number> {
  const { args, io, world } = call;
  const at = args.findIndex((arg) => /^-[a-z]*c[a-z]*$/.test(arg));
  const inner = newShellState(exportedOf(call), call.shell.folder, call.name);
  const options = args.filter((arg) => /^-[a-z]+$/.test(arg)).join('');
  inner.stopsOnError = options.includes('e');
  if (at >= 0) {
    const [text = '', name = call.name, ...parameters] = args.slice(at + 1);
    inner.name = name;
    inner.parameters = parameters;
    return inShell(call, inner, text);
  }
  const file = args.find((arg) => !arg.startsWith('-'));
  if (file === undefined) return inShell(call, inner, await io.stdin.readAll());
  try {
    inner.parameters = args.slice(args.indexOf(file) + 1);
    inner.name = file;
    return await inShell(call, inner, world.files.read(resolvePath(call.shell.folder, file)));
  } catch (error) {
    await io.stderr.write(`${call.name}: can't open '${file}': ${messageOf(error)}\n`);
    return 2;
  }
}

async function inShell(call: CommandCall, inner: ReturnType<typeof newShellState>, text: string): Promise<number> {
  return call.spawn(text, inner, call.io);
}

function exportedOf({ shell: state }: CommandCall): Record<string, string> {
  return Object.fromEntries([...state.exported].map((name) => [name, state.variables.get(name) ?? '']));
}

async function print(io: CommandCall['io'], text: string): Promise<number> {
  await io.stdout.write(`${text}\n`);
  return 0;
}

function formatDate(date: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const fields: Readonly<Record<string, string>> = {
    Y: String(date.getUTCFullYear()),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    e: String(date.getUTCDate()).padStart(2),
    H: two(date.getUTCHours()),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    N: `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`,
    s: String(Math.floor(date.getTime() / 1000)),
    a: days[date.getUTCDay()] ?? '',
    b: months[date.getUTCMonth()] ?? '',
    Z: 'UTC',
    z: '+0000',
    F: date.toISOString().slice(0, 10),
    T: date.toISOString().slice(11, 19),
    n: '\n',
    '%': '%',
  };
  return format.replace(/%([A-Za-z%])/g, (whole, letter: string) => fields[letter] ?? whole);
}
