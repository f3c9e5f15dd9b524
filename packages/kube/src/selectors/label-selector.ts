import { appError } from '@pilothouse/core';

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';

export type LabelRequirement = { key: string; operator: Operator; values: readonly string[] };

type Labels = Readonly<Record<string, string>> | undefined;

/** All requirements must hold; without any, everything matches. */
export type LabelSelector = { readonly requirements: readonly LabelRequirement[]; matches(labels: Labels): boolean };

/** `metav1.LabelSelector` as it stands in objects. */
export type LabelSelectorObject = {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: readonly string[] | null }[] | null;
};

/**
 * Parses a label selector: the text form (`app=web,tier!=db,env in (a,b),!legacy,weight>3`) or the object form. An empty selector
 * matches everything. Throws `invalid_selector`.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(selector: string | LabelSelectorObject): LabelSelector {
  const requirements = typeof selector === 'string' ? parseText(selector) : parseObject(selector);
  return {
    requirements,
    matches: (labels) => requirements.every((each) => satisfies(each, labelValue(labels, each.key))),
  };
}

/** Whether labels satisfy a selector. `!=` and `notin` also match where the key is absent, as in Kubernetes. */
export function matchesLabelSelector(selector: LabelSelector, labels: Labels): boolean {
  return selector.matches(labels);
}

function labelValue(labels: Labels, key: string): string | undefined {
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function satisfies({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'GreaterThan':
      return value !== undefined && isInteger(value) && BigInt(value) > BigInt(values[0] ?? '0');
    case 'LessThan':
      return value !== undefined && isInteger(value) && BigInt(value) < BigInt(values[0] ?? '0');
  }
}

function isInteger(text: string): boolean {
  return /^[+-]?\d{1,19}$/.test(text);
}

const objectOperators: Readonly<Record<string, Operator>> = {
  In: 'In',
  NotIn: 'NotIn',
  Exists: 'Exists',
  DoesNotExist: 'DoesNotExist',
};

function parseObject({ matchLabels, matchExpressions }: LabelSelectorObject): LabelRequirement[] {
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]) => requirement(key, 'In', [value]));
  const others = (matchExpressions ?? []).map(({ key, operator, values }) => {
    const known = objectOperators[operator];
    if (!known) throw invalid(`"${operator}" is not an operator (In, NotIn, Exists, DoesNotExist)`);
    const needsValues = known === 'In' || known === 'NotIn';
    const given = values ?? [];
    if (needsValues !== given.length > 0) {
      throw invalid(`${operator} of "${key}" ${needsValues ? 'needs values' : 'takes no values'}`);
    }
    return requirement(key, known, given);
  });
  return [...equal, ...others];
}

type Token = { kind: 'word' | 'symbol' | 'end'; text: string; at: number };

function parseText(text: string): LabelRequirement[] {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = (): Token => tokens[next] ?? { kind: 'end', text: 'the end', at: text.length };
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };

  function one(): LabelRequirement {
    if (peek().text === '!' && peek().kind === 'symbol') {
      take();
      return requirement(word(), 'DoesNotExist', []);
    }
    const key = word();
    const token = peek();
    if (token.kind === 'end' || token.text === ',') return requirement(key, 'Exists', []);
    take();
    if (token.kind === 'word' && (token.text === 'in' || token.text === 'notin')) {
      return requirement(key, token.text === 'in' ? 'In' : 'NotIn', set());
    }
    switch (token.text) {
      case '=':
      case '==':
        return requirement(key, 'In', [exact()]);
      case '!=':
        return requirement(key, 'NotIn', [exact()]);
      case '>':
        return requirement(key, 'GreaterThan', [integer()]);
      case '<':
        return requirement(key, 'LessThan', [integer()]);
      default:
        throw unexpected(token, 'an operator');
    }
  }

  function word(): string {
    const token = take();
    if (token.kind !== 'word') throw unexpected(token, 'a label key');
    return token.text;
  }

  /** A value after `=` may be empty. */
  function exact(): string {
    return peek().kind === 'word' ? take().text : '';
  }

  function integer(): string {
    const token = take();
    if (token.kind !== 'word' || !isInteger(token.text)) throw unexpected(token, 'an integer');
    return token.text;
  }

  function set(): string[] {
    expectSymbol('(');
    const values: string[] = [];
    for (;;) {
      values.push(peek().kind === 'word' ? take().text : '');
      const token = take();
      if (token.kind === 'symbol' && token.text === ')') return [...new Set(values)];
      if (token.text !== ',') throw unexpected(token, '"," or ")"');
    }
  }

  function expectSymbol(symbol: string): void {
    const token = take();
    if (token.kind !== 'symbol' || token.text !== symbol) throw unexpected(token, `"${symbol}"`);
  }

  const requirements: LabelRequirement[] = [];
  if (peek().kind === 'end') return requirements;
  for (;;) {
    requirements.push(one());
    const token = take();
    if (token.kind === 'end') return requirements;
    if (token.text !== ',') throw unexpected(token, '","');
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(==|!=|[=!<>(),])|([^\s=!<>(),]+))/y;
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw invalid(`unreadable at character ${at + 1}`);
    const [, symbol, word] = match;
    tokens.push(symbol ? { kind: 'symbol', text: symbol, at } : { kind: 'word', text: word ?? '', at });
  }
  return tokens;
}

function requirement(key: string, operator: Operator, values: readonly string[]): LabelRequirement {
  if (!isLabelKey(key)) throw invalid(`"${key.slice(0, 100)}" is not a label key`);
  const wrong =
    operator === 'GreaterThan' || operator === 'LessThan' ? undefined : values.find((value) => !isLabelValue(value));
  if (wrong !== undefined) throw invalid(`"${String(wrong).slice(0, 100)}" is not a label value`);
  return { key, operator, values };
}

const namePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefixPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return namePattern.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && prefixPattern.test(prefix) && namePattern.test(key.slice(slash + 1));
}

function isLabelValue(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || namePattern.test(value));
}

function unexpected(token: Token, wanted: string): Error {
  return invalid(`found "${token.text.slice(0, 100)}" at character ${token.at + 1} where ${wanted} should be`);
}

function invalid(why: string): Error {
  return appError('invalid_selector', `The label selector cannot be read: ${why}.`);
}
