import type { CommandCall, CommandFunction } from '../shell-state.ts';
import { boundedRegex } from './bounded-regex.ts';
import { optionsOf } from './command-options.ts';
import { withFile } from './file-commands.ts';

export const textCommands: Readonly<Record<string, CommandFunction>> = {
  async echo({ args, io }) {
    const first = args[0] ?? '';
    const options = /^-[neE]+$/.test(first) ? first : '';
    const text = args.slice(options === '' ? 0 : 1).join(' ');
    await io.stdout.write(`${options.includes('e') ? unescaped(text) : text}${options.includes('n') ? '' : '\n'}`);
    return 0;
  },
  async printf({ args, io }) {
    const [format = '', ...values] = args;
    let rest = values;
    do {
      const before = rest.length;
      let used = 0;
      const text = unescaped(format).replace(
        /%(-?)(0?)(\d*)(?:\.\d+)?([sdiuxcb%])/g,
        (_, left: string, zero: string, width: string, kind: string) => {
          if (kind === '%') return '%';
          const value = rest[used++] ?? '';
          const shown =
            kind === 's' || kind === 'b' || kind === 'c'
              ? value
              : kind === 'x'
                ? Math.trunc(Number(value) || 0).toString(16)
                : String(Math.trunc(Number(value) || 0));
          return left === '-' ? shown.padEnd(Number(width)) : shown.padStart(Number(width), zero === '0' ? '0' : ' ');
        },
      );
      rest = rest.slice(used);
      await io.stdout.write(text);
      if (used === 0 || rest.length === before) break;
    } while (rest.length > 0);
    return 0;
  },
  async head(call) {
    const { values, rest } = optionsOf(numbered(call.args), 'nc');
    const count = Number(values.get('n') ?? 10);
    if (rest.length > 0) return forFiles(call, rest, (content) => call.io.stdout.write(firstLines(content, count)));
    for (let index = 0; index < count; index++) {
      const line = await call.io.stdin.readLine();
      if (line === undefined) break;
      await call.io.stdout.write(`${line}\n`);
    }
    return 0;
  },
  async tail(call) {
    const { values, flags, rest } = optionsOf(numbered(call.args), 'nc');
    const count = Number(values.get('n') ?? 10);
    const status = await forInput(call, rest, (content) => call.io.stdout.write(lastLines(content, count)));
    if (!flags.has('f') && !flags.has('F')) return status;
    await call.world.clock.sleep(2 ** 31 - 1, call.world.signal).catch(() => {});
    return 143;
  },
  async wc(call) {
    const { flags, rest } = optionsOf(call.args);
    return forInput(call, rest, async (content, name) => {
      const counts = {
        l: content.split('\n').length - 1,
        w: content.split(/\s+/).filter((word) => word !== '').length,
        c: Buffer.byteLength(content),
      };
      const wanted = (['l', 'w', 'c'] as const).filter((one) => flags.size === 0 || flags.has(one));
      const numbers = wanted.map((one) =>
        wanted.length === 1 ? String(counts[one]) : String(counts[one]).padStart(9),
      );
      await call.io.stdout.write(`${numbers.join(' ')}${name === '' ? '' : ` ${name}`}\n`);
    });
  },
  async grep(call) {
    const { flags, values, rest } = optionsOf(call.args, 'e');
    const pattern = values.get('e') ?? rest.shift() ?? '';
    const matches = boundedRegex(
      flags.has('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern,
      flags.has('i') ? 'i' : '',
    );
    let found = 0;
    const status = await forInput(call, rest, async (content, name) => {
      let count = 0;
      for (const [index, line] of linesOf(content).entries()) {
        if (matches.test(line) === flags.has('v')) continue;
        count++;
        if (flags.has('q') || flags.has('c')) continue;
        const prefix = `${rest.length > 1 ? `${name}:` : ''}${flags.has('n') ? `${index + 1}:` : ''}`;
        await call.io.stdout.write(`${prefix}${flags.has('o') ? (matches.find(line) ?? '') : line}\n`);
      }
      if (flags.has('c')) await call.io.stdout.write(`${count}\n`);
      found += count;
    });
    return status !== 0 ? 2 : found > 0 ? 0 : 1;
  },
  async sort(call) {
    const { flags, rest } = optionsOf(call.args, 'kt');
    return forInput(call, rest, async (content) => {
      const lines = linesOf(content).sort((a, b) =>
        flags.has('n') ? Number.parseFloat(a) - Number.parseFloat(b) : a < b ? -1 : a > b ? 1 : 0,
      );
      if (flags.has('r')) lines.reverse();
      const kept = flags.has('u') ? [...new Set(lines)] : lines;
      if (kept.length > 0) await call.io.stdout.write(`${kept.join('\n')}\n`);
    });
  },
  async uniq(call) {
    const { flags, rest } = optionsOf(call.args);
    return forInput(call, rest, async (content) => {
      const groups: { line: string; count: number }[] = [];
      for (const line of linesOf(content)) {
        const last = groups.at(-1);
        if (last?.line === line) last.count++;
        else groups.push({ line, count: 1 });
      }
      for (const { line, count } of groups)
        await call.io.stdout.write(flags.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`);
    });
  },
  async cut(call) {
    const { values, rest } = optionsOf(call.args, 'dfc');
    const delimiter = values.get('d') ?? '\t';
    const chosen = new Set((values.get('f') ?? values.get('c') ?? '1').split(',').flatMap(rangeOf));
    return forInput(call, rest, async (content) => {
      for (const line of linesOf(content)) {
        const parts = values.has('c') ? [...line] : line.split(delimiter);
        await call.io.stdout.write(
          `${parts.filter((_, index) => chosen.has(index + 1)).join(values.has('c') ? '' : delimiter)}\n`,
        );
      }
    });
  },
  async tr({ args, io }) {
    const { flags, rest } = optionsOf(args);
    const [from = '', to = ''] = rest.map((set) => expandSet(unescaped(set)));
    const text = await io.stdin.readAll();
    const mapped = [...text].flatMap((sign) => {
      const at = from.indexOf(sign);
      if (at < 0) return sign;
      return flags.has('d') ? [] : (to[Math.min(at, to.length - 1)] ?? sign);
    });
    await io.stdout.write(mapped.join(''));
    return 0;
  },
  async sed(call) {
    const { flags, values, rest } = optionsOf(call.args, 'e');
    const script = values.get('e') ?? rest.shift() ?? '';
    const substitution = /^s([/|#,])((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gi]*)$/.exec(script);
    const numbered = /^(\d+)(?:,(\d+))?([pd])$/.exec(script);
    if (substitution === null && numbered === null) {
      await call.io.stderr.write(`sed: unsupported command ${script}\n`);
      return 1;
    }
    return forInput(call, rest, async (content) => {
      for (const [index, line] of linesOf(content).entries()) {
        if (numbered !== null) {
          const inside = index + 1 >= Number(numbered[1]) && index + 1 <= Number(numbered[2] ?? numbered[1]);
          if (numbered[3] === 'p' ? inside || !flags.has('n') : !inside) await call.io.stdout.write(`${line}\n`);
        } else if (substitution !== null) {
          const [, , pattern = '', replacement = '', how = ''] = substitution;
          await call.io.stdout.write(
            `${boundedRegex(pattern, how).replace(line, replacement.replace(/\\(\d)/g, '$$$1').replace(/&/g, '$$&'))}\n`,
          );
        }
      }
    });
  },
  async seq({ args, io }) {
    const numbers = args.map(Number);
    const [first, step, last] =
      numbers.length === 1
        ? [1, 1, numbers[0] ?? 0]
        : numbers.length === 2
          ? [numbers[0] ?? 1, 1, numbers[1] ?? 0]
          : [numbers[0] ?? 1, numbers[1] ?? 1, numbers[2] ?? 0];
    for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
      await io.stdout.write(`${value}\n`);
      if (step === 0) break;
    }
    return 0;
  },
  async yes({ args, io, world }) {
    const line = `${args.join(' ') || 'y'}\n`;
    while (!world.signal.aborted) {
      await io.stdout.write(line.repeat(64));
      await new Promise(setImmediate);
    }
    return 130;
  },
  async xargs({ args, io, run }) {
    const words = (await io.stdin.readAll()).split(/\s+/).filter((word) => word !== '');
    return run([...(args.length === 0 ? ['echo'] : args), ...words], io);
  },
  async base64({ args, io }) {
    const { flags } = optionsOf(args, 'w');
    const text = await io.stdin.readAll();
    await io.stdout.write(flags.has('d') ? Buffer.from(text, 'base64') : `${Buffer.from(text).toString('base64')}\n`);
    return 0;
  },
};

type Use = (content: string, name: string) => Promise<void>;

async function forFiles(call: CommandCall, names: readonly string[], use: Use): Promise<number> {
  let status = 0;
  for (const name of names) status = Math.max(status, await withFile(call, name, (content) => use(content, name)));
  return status;
}

/** The files named, or standard input. */
async function forInput(call: CommandCall, names: readonly string[], use: Use): Promise<number> {
  if (names.length > 0) return forFiles(call, names, use);
  await use(await call.io.stdin.readAll(), '');
  return 0;
}

function linesOf(content: string): string[] {
  const lines = content.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function firstLines(content: string, count: number): string {
  return linesOf(content)
    .slice(0, count)
    .map((line) => `${line}\n`)
    .join('');
}

function lastLines(content: string, count: number): string {
  const lines = linesOf(content);
  return lines
    .slice(Math.max(0, lines.length - count))
    .map((line) => `${line}\n`)
    .join('');
}

/** `-5` as `-n 5`. */
function numbered(args: readonly string[]): string[] {
  return args.flatMap((arg) => (/^-\d+$/.test(arg) ? ['-n', arg.slice(1)] : arg));
}

function rangeOf(text: string): number[] {
  const [from = 1, to = from] = text.split('-').map((one) => (one === '' ? 1024 : Number(one)));
  const numbers: number[] = [];
  for (let value = text.startsWith('-') ? 1 : from; value <= Math.min(to, 1024); value++) numbers.push(value);
  return numbers;
}

function expandSet(set: string): string {
  return set.replace(/(.)-(.)/g, (_, low: string, high: string) => {
    let all = '';
    for (let code = low.charCodeAt(0); code <= high.charCodeAt(0) && all.length < 256; code++)
      all += String.fromCharCode(code);
    return all;
  });
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|0([0-7]{1,3})|([ntr\\abefv0]))/g,
    (_, hex?: string, octal?: string, letter?: string) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : octal !== undefined
          ? String.fromCharCode(Number.parseInt(octal, 8))
          : (escapes[letter ?? ''] ?? ''),
  );
}
