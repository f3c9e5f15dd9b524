import { type Token, tokenize } from './shell-lexer.ts';
import {
  type Assignment,
  type Command,
  type Pipeline,
  type Redirect,
  type Script,
  ShellSyntaxError,
  type Word,
} from './shell-syntax.ts';

const reserved = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'while',
  'until',
  'for',
  'in',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
  '!',
]);

/** Parses a POSIX shell script: lists, pipelines, redirections, if, while, until, for, case, groups, functions. Throws ShellSyntaxError. */
export function parseScript(text: string): Script {
  const tokens = tokenize(text);
  let at = 0;

  const peek = (): Token => tokens[at] ?? { kind: 'end' };
  const isWord = (text: string): boolean => {
    const token = peek();
    return token.kind === 'word' && token.plain && token.text === text;
  };
  const isOperator = (...texts: string[]): boolean => {
    const token = peek();
    return token.kind === 'operator' && texts.includes(token.text);
  };

  function unexpected(): ShellSyntaxError {
    const token = peek();
    if (token.kind === 'end') return new ShellSyntaxError('syntax error: unexpected end of file', true);
    const text = token.kind === 'newline' ? 'newline' : token.kind === 'redirect' ? token.sign : token.text;
    return new ShellSyntaxError(`syntax error: unexpected "${text}"`);
  }

  function skipNewlines(): void {
    while (peek().kind === 'newline') at++;
  }

  function expectWord(text: string): void {
    if (!isWord(text)) throw unexpected();
    at++;
  }

  /** Commands up to one of the reserved words or operators that `ends` them. */
  function list(ends: readonly string[]): Script {
    const items: { when: 'always' | 'and' | 'or'; pipeline: Pipeline; background: boolean }[] = [];
    let when: 'always' | 'and' | 'or' = 'always';
    for (;;) {
      skipNewlines();
      const token = peek();
      if (token.kind === 'end') break;
      if (token.kind === 'operator' && ends.includes(token.text)) break;
      if (token.kind === 'word' && token.plain && ends.includes(token.text)) break;
      const item = { when, pipeline: pipeline(), background: false };
      items.push(item);
      when = 'always';
      const next = peek();
      if (next.kind === 'newline') continue;
      if (next.kind !== 'operator') {
        if (next.kind === 'end' || (next.kind === 'word' && ends.includes(next.text))) continue;
        throw unexpected();
      }
      if (ends.includes(next.text)) break;
      if (next.text === '&&' || next.text === '||') {
        at++;
        when = next.text === '&&' ? 'and' : 'or';
        skipNewlines();
        if (peek().kind === 'end') throw unexpected();
      } else if (next.text === ';' || next.text === '&') {
        at++;
        item.background = next.text === '&';
      } else throw unexpected();
    }
    return items;
  }

  /** As `list`, of at least one command. */
  function nonEmpty(ends: readonly string[]): Script {
    const script = list(ends);
    if (script.length === 0) throw unexpected();
    return script;
  }

  function pipeline(): Pipeline {
    let negated = false;
    while (isWord('!')) {
      at++;
      negated = !negated;
    }
    const commands = [command()];
    while (isOperator('|')) {
      at++;
      skipNewlines();
      commands.push(command());
    }
    return { negated, commands };
  }

  function command(): Command {
    const token = peek();
    if (token.kind === 'word' && token.plain) {
      const compound = compounds[token.text];
      if (compound !== undefined) {
        at++;
        const made = compound();
        return { ...made, redirects: redirects() };
      }
      if (reserved.has(token.text)) throw unexpected();
      if (isFunction()) return functionDefinition(token.text);
    }
    if (isOperator('(')) {
      at++;
      const body = nonEmpty([')']);
      if (!isOperator(')')) throw unexpected();
      at++;
      return { kind: 'group', subshell: true, body, redirects: redirects() };
    }
    return simple();
  }

  const compounds: Readonly<Record<string, () => Command>> = {
    if: conditional,
    while: () => loop(false),
    until: () => loop(true),
    for: forLoop,
    case: caseOf,
    '{': () => {
      const body = nonEmpty(['}']);
      expectWord('}');
      return { kind: 'group', subshell: false, body, redirects: [] };
    },
  };

  function conditional(): Command {
    const branches: { condition: Script; body: Script }[] = [];
    let otherwise: Script | undefined;
    for (;;) {
      const condition = nonEmpty(['then']);
      expectWord('then');
      branches.push({ condition, body: nonEmpty(['elif', 'else', 'fi']) });
      if (isWord('elif')) {
        at++;
        continue;
      }
      if (isWord('else')) {
        at++;
        otherwise = nonEmpty(['fi']);
      }
      expectWord('fi');
      return { kind: 'if', branches, ...(otherwise === undefined ? {} : { otherwise }), redirects: [] };
    }
  }

  function loop(until: boolean): Command {
    const condition = nonEmpty(['do']);
    return { kind: 'loop', until, condition, body: doBlock(), redirects: [] };
  }

  function doBlock(): Script {
    expectWord('do');
    const body = nonEmpty(['done']);
    expectWord('done');
    return body;
  }

  function forLoop(): Command {
    const token = peek();
    if (token.kind !== 'word') throw unexpected();
    at++;
    skipNewlines();
    let words: Word[] | undefined;
    if (isWord('in')) {
      at++;
      words = [];
      for (let next = peek(); next.kind === 'word'; next = peek()) {
        words.push(next.word);
        at++;
      }
    }
    if (isOperator(';')) at++;
    skipNewlines();
    return { kind: 'for', name: token.text, words, body: doBlock(), redirects: [] };
  }

  function caseOf(): Command {
    const subject = peek();
    if (subject.kind !== 'word') throw unexpected();
    at++;
    skipNewlines();
    expectWord('in');
    const branches: { patterns: Word[]; body: Script }[] = [];
    for (;;) {
      skipNewlines();
      if (isWord('esac')) break;
      if (isOperator('(')) at++;
      const patterns: Word[] = [];
      for (;;) {
        const pattern = peek();
        if (pattern.kind !== 'word') throw unexpected();
        patterns.push(pattern.word);
        at++;
        if (!isOperator('|')) break;
        at++;
      }
      if (!isOperator(')')) throw unexpected();
      at++;
      branches.push({ patterns, body: list([';;', 'esac']) });
      if (isOperator(';;')) at++;
      else if (!isWord('esac')) throw unexpected();
    }
    at++;
    return { kind: 'case', subject: subject.word, branches, redirects: [] };
  }

  function isFunction(): boolean {
    const [open, close] = [tokens[at + 1], tokens[at + 2]];
    return open?.kind === 'operator' && open.text === '(' && close?.kind === 'operator' && close.text === ')';
  }

  function functionDefinition(name: string): Command {
    at += 3;
    skipNewlines();
    return { kind: 'function', name, body: command(), redirects: [] };
  }

  function redirects(): Redirect[] {
    const found: Redirect[] = [];
    for (let token = peek(); token.kind === 'redirect'; token = peek()) found.push(redirect(token));
    return found;
  }

  function redirect(token: Token & { kind: 'redirect' }): Redirect {
    at++;
    if (token.sign === '<<') return { from: token.from, sign: '<<', target: token.heredoc ?? [] };
    const target = peek();
    if (target.kind !== 'word') throw unexpected();
    at++;
    return { from: token.from, sign: token.sign, target: target.word };
  }

  function simple(): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const found: Redirect[] = [];
    for (let token = peek(); token.kind === 'word' || token.kind === 'redirect'; token = peek()) {
      if (token.kind === 'redirect') {
        found.push(redirect(token));
        continue;
      }
      at++;
      const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
      if (assignment !== undefined) assignments.push(assignment);
      else words.push(token.word);
    }
    if (assignments.length + words.length + found.length === 0) throw unexpected();
    return { kind: 'simple', assignments, words, redirects: found };
  }

  const script = list([]);
  if (peek().kind !== 'end') throw unexpected();
  return script;
}

/** `NAME=value` at the beginning of a command. */
function assignmentOf(word: Word): Assignment | undefined {
  const [first, ...rest] = word;
  if (first?.kind !== 'text' || first.quoted) return undefined;
  const parts = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(first.text);
  if (parts === null) return undefined;
  const head = parts[2] === '' ? [] : [{ kind: 'text' as const, text: parts[2] ?? '', quoted: false }];
  return { name: parts[1] ?? '', value: [...head, ...rest] };
}
