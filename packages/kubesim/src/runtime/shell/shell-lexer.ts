import { ShellSyntaxError, type VariableOperator, type Word, type WordPart } from './shell-syntax.ts';

export type Token =
  | { kind: 'word'; word: Word; text: string; plain: boolean }
  | { kind: 'operator'; text: string }
  | { kind: 'redirect'; from: number; sign: '>' | '>>' | '<' | '>&' | '<<'; heredoc?: Word }
  | { kind: 'newline' }
  | { kind: 'end' };

type PendingHeredoc = { delimiter: string; quoted: boolean; strip: boolean; fill: (word: Word) => void };

const operators = ['&&', '||', ';;', ';', '&', '|', '(', ')'] as const;
const nameStart = /[A-Za-z_]/;
const nameRest = /[A-Za-z0-9_]/;

/** Cuts a script into tokens. Throws ShellSyntaxError, incomplete when a quote or here-document is open. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let heredocs: PendingHeredoc[] = [];

  function skipSpace(): void {
    for (;;) {
      if (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') at++;
      else if (text[at] === '\\' && text[at + 1] === '\n') at += 2;
      else if (text[at] === '#') while (at < text.length && text[at] !== '\n') at++;
      else return;
    }
  }

  function readHeredocs(): void {
    for (const { delimiter, quoted, strip, fill } of heredocs) {
      const lines: string[] = [];
      for (;;) {
        if (at >= text.length) throw new ShellSyntaxError('here-document is not closed', true);
        const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
        const line = strip ? text.slice(at, end).replace(/^\t+/, '') : text.slice(at, end);
        at = Math.min(text.length, end + 1);
        if (line === delimiter) break;
        if (end === text.length) throw new ShellSyntaxError('here-document is not closed', true);
        lines.push(`${line}\n`);
      }
      fill(quoted ? [{ kind: 'text', text: lines.join(''), quoted: true }] : readQuoted(lines.join('')));
    }
    heredocs = [];
  }

  function redirect(): Token | undefined {
    const found = /^([0-9]?)(>>|>&|<<-?|>|<)/.exec(text.slice(at, at + 4));
    if (found === null) return undefined;
    const [whole, digit = '', sign = ''] = found;
    at += whole.length;
    const from = digit !== '' ? Number(digit) : sign.startsWith('<') ? 0 : 1;
    if (!sign.startsWith('<<')) return { kind: 'redirect', from, sign: sign as '>' };
    skipSpace();
    const { text: delimiter, plain } = readWord();
    const token: Token & { kind: 'redirect' } = { kind: 'redirect', from, sign: '<<' };
    heredocs.push({
      delimiter,
      quoted: !plain,
      strip: sign === '<<-',
      fill: (word) => {
        token.heredoc = word;
      },
    });
    return token;
  }

  function readWord(): { word: Word; text: string; plain: boolean } {
    const begin = at;
    const { word, length, plain } = readParts(text.slice(at), /[\s;&|<>()]/);
    at += length;
    const literal = word.map((part) => (part.kind === 'text' ? part.text : text.slice(begin, at))).join('');
    return { word, text: literal, plain };
  }

  while (at < text.length) {
    skipSpace();
    if (at >= text.length) break;
    if (text[at] === '\n') {
      at++;
      tokens.push({ kind: 'newline' });
      readHeredocs();
      continue;
    }
    const redirected = redirect();
    if (redirected !== undefined) {
      tokens.push(redirected);
      continue;
    }
    const operator = operators.find((one) => text.startsWith(one, at));
    if (operator !== undefined) {
      at += operator.length;
      tokens.push({ kind: 'operator', text: operator });
      continue;
    }
    tokens.push({ kind: 'word', ...readWord() });
  }
  if (heredocs.length > 0) throw new ShellSyntaxError('here-document is not closed', true);
  tokens.push({ kind: 'end' });
  return tokens;
}

/** Reads one word up to a sign that `stops` it. `plain` says that nothing in it was quoted. */
function readParts(text: string, stops: RegExp | undefined): { word: WordPart[]; length: number; plain: boolean } {
  const word: WordPart[] = [];
  let plain = true;
  let at = 0;
  const add = (piece: string, quoted: boolean) => {
    const last = word.at(-1);
    if (last?.kind === 'text' && last.quoted === quoted) last.text += piece;
    else word.push({ kind: 'text', text: piece, quoted });
  };
  while (at < text.length) {
    const sign = text[at] ?? '';
    if (stops?.test(sign)) break;
    if (sign === '\\') {
      plain = false;
      if (text[at + 1] !== '\n') add(text[at + 1] ?? '\\', true);
      at += 2;
    } else if (sign === "'") {
      plain = false;
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw new ShellSyntaxError('unterminated quoted string', true);
      add(text.slice(at + 1, end), true);
      at = end + 1;
    } else if (sign === '"') {
      plain = false;
      const end = closingQuote(text, at + 1);
      const inner = readQuoted(text.slice(at + 1, end));
      if (inner.length === 0) add('', true);
      for (const part of inner) part.kind === 'text' ? add(part.text, true) : word.push(part);
      at = end + 1;
    } else if (sign === '$' || sign === '`') {
      const { part, length } = readExpansion(text.slice(at), false);
      if (part === undefined) add('$', false);
      else word.push(part);
      at += length;
    } else {
      add(sign, false);
      at++;
    }
  }
  return { word, length: at, plain };
}

/** The inside of double quotes or of a here-document. */
function readQuoted(text: string): WordPart[] {
  const parts: WordPart[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'text', text: literal, quoted: true });
    literal = '';
  };
  for (let at = 0; at < text.length; ) {
    const sign = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (sign === '\\' && '$`"\\\n'.includes(next)) {
      if (next !== '\n') literal += next;
      at += 2;
    } else if (sign === '$' || sign === '`') {
      const { part, length } = readExpansion(text.slice(at), true);
      if (part === undefined) literal += '$';
      else {
        flush();
        parts.push(part);
      }
      at += length;
    } else {
      literal += sign;
      at++;
    }
  }
  flush();
  return parts;
}

/** Where the double quote that was opened before `from` closes. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
    else if (text.startsWith('$(', at)) at += closing(text.slice(at + 1), '(', ')');
    else if (text.startsWith('${', at)) at += closing(text.slice(at + 1), '{', '}');
  }
  throw new ShellSyntaxError('unterminated quoted string', true);
}

/** Index of the sign that closes the one at 0. */
function closing(text: string, open: string, close: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === "'" && open === '(') {
      const end = text.indexOf("'", at + 1);
      if (end < 0) break;
      at = end;
    } else if (text[at] === open) depth++;
    else if (text[at] === close && --depth === 0) return at;
  }
  throw new ShellSyntaxError(`"${close}" expected`, true);
}

function readExpansion(text: string, quoted: boolean): { part: WordPart | undefined; length: number } {
  if (text[0] === '`') {
    const end = text.indexOf('`', 1);
    if (end < 0) throw new ShellSyntaxError('unterminated quoted string', true);
    return { part: { kind: 'command', text: text.slice(1, end), quoted }, length: end + 1 };
  }
  if (text.startsWith('$((')) {
    const end = closing(text.slice(1), '(', ')') + 1;
    if (text[end - 1] === ')')
      return { part: { kind: 'arithmetic', expression: readQuoted(text.slice(3, end - 1)), quoted }, length: end + 1 };
  }
  if (text.startsWith('$(')) {
    const end = closing(text.slice(1), '(', ')') + 1;
    return { part: { kind: 'command', text: text.slice(2, end), quoted }, length: end + 1 };
  }
  if (text.startsWith('${')) {
    const end = closing(text.slice(1), '{', '}') + 1;
    return { part: readBraced(text.slice(2, end), quoted), length: end + 1 };
  }
  const sign = text[1] ?? '';
  if (nameStart.test(sign)) {
    let end = 2;
    while (end < text.length && nameRest.test(text[end] ?? '')) end++;
    return { part: { kind: 'variable', name: text.slice(1, end), quoted }, length: end };
  }
  if (/[0-9?#@*$!-]/.test(sign)) return { part: { kind: 'variable', name: sign, quoted }, length: 2 };
  return { part: undefined, length: 1 };
}

function readBraced(text: string, quoted: boolean): WordPart {
  const length = /^#([A-Za-z_][A-Za-z0-9_]*|[0-9@*])$/.exec(text);
  if (length !== null)
    return { kind: 'variable', name: length[1] ?? '', quoted, operator: { sign: 'length', word: [] } };
  const parts = /^([A-Za-z_][A-Za-z0-9_]*|[0-9?#@*$!-])(:-|:=|:\+|:\?|##|%%|-|=|\+|\?|#|%)?([\s\S]*)$/.exec(text);
  if (parts === null) throw new ShellSyntaxError(`bad substitution: \${${text}}`);
  const [, name = '', sign, rest = ''] = parts;
  if (sign === undefined) {
    if (rest !== '') throw new ShellSyntaxError(`bad substitution: \${${text}}`);
    return { kind: 'variable', name, quoted };
  }
  const word = quoted ? readQuoted(rest) : readParts(rest, undefined).word;
  return { kind: 'variable', name, quoted, operator: { sign: sign as VariableOperator['sign'], word } };
}
