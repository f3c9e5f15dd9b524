import { resolvePath } from './container-filesystem.ts';
import { evaluateArithmetic } from './shell-arithmetic.ts';
import { escapePattern, hasPattern, matchesPattern } from './shell-pattern.ts';
import { type ShellState, type ShellWorld, variableOf } from './shell-state.ts';
import { ShellSyntaxError, type VariableOperator, type Word, type WordPart } from './shell-syntax.ts';

export type ExpansionContext = {
  state: ShellState;
  world: ShellWorld;
  /** Runs the script of `$(…)` and returns what it wrote. */
  substitute(text: string): Promise<string>;
};

/** A field being built: its text, the same as a pattern with quoted signs escaped, and whether anything in it was quoted. */
type Field = { text: string; pattern: string; quoted: boolean };

/** The fields a list of words becomes: variables, commands and arithmetic put in, unquoted results split, patterns matched with files. */
export async function expandWords(words: readonly Word[], context: ExpansionContext): Promise<string[]> {
  const all: string[] = [];
  for (const word of words) {
    for (const field of await fieldsOf(word, context)) {
      if (field.text === '' && !field.quoted) continue;
      all.push(...files(field, context));
    }
  }
  return all;
}

/** A word as one string, as in assignments and redirections. */
export async function expandText(word: Word, context: ExpansionContext): Promise<string> {
  let text = '';
  for (const part of word)
    text += part.kind === 'text' ? tilde(part, text === '', context) : await partText(part, context);
  return text;
}

/** A word as a pattern: what was quoted stands for itself. */
export async function expandPattern(word: Word, context: ExpansionContext): Promise<string> {
  let pattern = '';
  for (const part of word) {
    const text = part.kind === 'text' ? part.text : await partText(part, context);
    pattern += part.quoted ? escapePattern(text) : text;
  }
  return pattern;
}

async function fieldsOf(word: Word, context: ExpansionContext): Promise<Field[]> {
  const fields: Field[] = [{ text: '', pattern: '', quoted: false }];
  const last = (): Field => fields.at(-1) ?? { text: '', pattern: '', quoted: false };
  const append = (text: string, quoted: boolean) => {
    const field = last();
    field.text += text;
    field.pattern += quoted ? escapePattern(text) : text;
    field.quoted ||= quoted;
  };
  for (const part of word) {
    if (part.kind === 'text') append(tilde(part, last().text === '' && fields.length === 1, context), part.quoted);
    else if (part.kind === 'variable' && part.name === '@' && part.operator === undefined) {
      for (const [index, parameter] of context.state.parameters.entries()) {
        if (index > 0) fields.push({ text: '', pattern: '', quoted: false });
        append(parameter, part.quoted);
      }
    } else {
      const value = await partText(part, context);
      if (part.quoted) append(value, true);
      else split(value, { fields, append });
    }
  }
  return fields;
}

/** Cuts an unquoted result at white space; its first and last piece join what stands beside them. */
function split(
  value: string,
  { fields, append }: { fields: Field[]; append(text: string, quoted: boolean): void },
): void {
  const pieces = value.split(/[ \t\n]+/);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) fields.push({ text: '', pattern: '', quoted: false });
    append(piece, false);
  }
}

function tilde(part: WordPart & { kind: 'text' }, first: boolean, { state }: ExpansionContext): string {
  if (!first || part.quoted || !/^~(\/|$)/.test(part.text)) return part.text;
  return (state.variables.get('HOME') ?? '/root') + part.text.slice(1);
}

async function partText(part: WordPart, context: ExpansionContext): Promise<string> {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'command':
      return (await context.substitute(part.text)).replace(/\n+$/, '');
    case 'arithmetic':
      return String(arithmetic(await expandText(part.expression, context), context));
    default:
      return variable(part, context);
  }
}

function arithmetic(expression: string, { state }: ExpansionContext): number {
  return evaluateArithmetic(expression, {
    get: (name) => variableOf(state, name) ?? '',
    set: (name, value) => void state.variables.set(name, value),
  });
}

async function variable(part: WordPart & { kind: 'variable' }, context: ExpansionContext): Promise<string> {
  const value = variableOf(context.state, part.name);
  return part.operator === undefined ? (value ?? '') : operated(part.name, { value, operator: part.operator, context });
}

async function operated(
  name: string,
  { value, operator, context }: { value: string | undefined; operator: VariableOperator; context: ExpansionContext },
): Promise<string> {
  const { sign, word } = operator;
  if (sign === 'length') return String([...(value ?? '')].length);
  if (sign === '#' || sign === '##' || sign === '%' || sign === '%%') {
    return strip(value ?? '', sign, await expandPattern(word, context));
  }
  const missing = value === undefined || (sign.startsWith(':') && value === '');
  const kind = sign.replace(':', '');
  if (kind === '+') return missing ? '' : expandText(word, context);
  if (!missing) return value;
  const other = await expandText(word, context);
  if (kind === '?') throw new ShellSyntaxError(`${name}: ${other === '' ? 'parameter not set' : other}`);
  if (kind === '=') context.state.variables.set(name, other);
  return other;
}

/** Takes the shortest (`#`, `%`) or longest (`##`, `%%`) match of a pattern from the front or the end. */
function strip(value: string, sign: '#' | '##' | '%' | '%%', pattern: string): string {
  const front = sign.startsWith('#');
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (sign.length === 2) lengths.reverse();
  for (const length of lengths) {
    const piece = front ? value.slice(0, length) : value.slice(value.length - length);
    if (matchesPattern(pattern, piece)) return front ? value.slice(length) : value.slice(0, value.length - length);
  }
  return value;
}

/** The files a field's pattern stands for; the field itself when it has none or nothing matches. */
function files(field: Field, { state, world }: ExpansionContext): string[] {
  if (!hasPattern(field.pattern.replace(/\\./g, ''))) return [field.text];
  const absolute = field.pattern.startsWith('/');
  let found = [absolute ? '/' : ''];
  for (const part of field.pattern.split('/').filter((one) => one !== '')) {
    found = found.flatMap((base) => {
      const join = (name: string) => (base === '' ? name : base === '/' ? `/${name}` : `${base}/${name}`);
      const plain = part.replace(/\\(.)/g, '$1');
      if (!hasPattern(part.replace(/\\./g, '')))
        return world.files.stat(resolvePath(state.folder, join(plain))) === undefined ? [] : [join(plain)];
      const folder = resolvePath(state.folder, base === '' ? '.' : base);
      if (world.files.stat(folder)?.kind !== 'folder') return [];
      return world.files
        .list(folder)
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesPattern(part, name))
        .map(join);
    });
  }
  return found.length > 0 ? found : [field.text];
}
