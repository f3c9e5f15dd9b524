/** A part of a word. Unquoted expansions are split into fields. */
export type WordPart =
  | { kind: 'text'; text: string; quoted: boolean }
  | { kind: 'variable'; name: string; quoted: boolean; operator?: VariableOperator }
  | { kind: 'command'; text: string; quoted: boolean }
  | { kind: 'arithmetic'; expression: Word; quoted: boolean };

/** `${name:-word}` and its relatives; `length` is `${#name}`, `#` `##` `%` `%%` strip patterns. */
export type VariableOperator = {
  sign: ':-' | '-' | ':=' | '=' | ':+' | '+' | ':?' | '?' | '#' | '##' | '%' | '%%' | 'length';
  word: Word;
};

export type Word = readonly WordPart[];

export type Redirect = {
  /** The file descriptor changed. */
  from: number;
  sign: '>' | '>>' | '<' | '>&' | '<<';
  target: Word;
};

export type Assignment = { name: string; value: Word };

export type Command =
  | { kind: 'simple'; assignments: readonly Assignment[]; words: readonly Word[]; redirects: readonly Redirect[] }
  | {
      kind: 'if';
      branches: readonly { condition: Script; body: Script }[];
      otherwise?: Script;
      redirects: readonly Redirect[];
    }
  | { kind: 'loop'; until: boolean; condition: Script; body: Script; redirects: readonly Redirect[] }
  | { kind: 'for'; name: string; words: readonly Word[] | undefined; body: Script; redirects: readonly Redirect[] }
  | {
      kind: 'case';
      subject: Word;
      branches: readonly { patterns: readonly Word[]; body: Script }[];
      redirects: readonly Redirect[];
    }
  | { kind: 'group'; subshell: boolean; body: Script; redirects: readonly Redirect[] }
  | { kind: 'function'; name: string; body: Command; redirects: readonly Redirect[] };

export type Pipeline = { negated: boolean; commands: readonly Command[] };

/** Pipelines and what stands before each: run it always, after success, or after failure. `background` is a trailing `&`. */
export type Script = readonly { when: 'always' | 'and' | 'or'; pipeline: Pipeline; background: boolean }[];

/** The script is not one. `incomplete` says that more lines could make it one. */
export class ShellSyntaxError extends Error {
  readonly incomplete: boolean;
  constructor(message: string, incomplete = false) {
    super(message);
    this.name = 'ShellSyntaxError';
    this.incomplete = incomplete;
  }
}
