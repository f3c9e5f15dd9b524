import { kubeError } from '../api/kube-error.ts';

type Labels = Readonly<Record<string, string>> | undefined;
export type LabelMatcher = (labels: Labels) => boolean;

const key = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const setBased = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^)]*)\\)$`);
const comparison = new RegExp(`^(${key})\\s*(==|=|!=|>|<)\\s*([-A-Za-z0-9_.]*)$`);
const existence = new RegExp(`^(!?)\\s*(${key})$`);

/** Parses `a=b,c!=d,e in (f,g),h,!i,j>1`; undefined for an empty selector. Throws 400 with the API server's words. */
export function parseLabelSelector(text: string): LabelMatcher | undefined {
  if (text.trim() === '') return undefined;
  const matchers = splitOutsideParentheses(text).map((part) => requirement(part.trim()));
  return (labels) => matchers.every((matches) => matches(labels));
}

/** The matcher of a LabelSelector object (matchLabels, matchExpressions). */
export function labelSelectorMatcher(selector: {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}): LabelMatcher {
  const pairs = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  return (labels) =>
    pairs.every(([name, value]) => labels?.[name] === value) &&
    expressions.every((one) => {
      const held = labels?.[one.key];
      if (one.operator === 'In') return held !== undefined && (one.values ?? []).includes(held);
      if (one.operator === 'NotIn') return held === undefined || !(one.values ?? []).includes(held);
      return one.operator === 'Exists' ? held !== undefined : held === undefined;
    });
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++;
    else if (text[index] === ')') depth--;
    else if (text[index] === ',' && depth === 0) {
      parts.push(text.slice(from, index));
      from = index + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function requirement(part: string): LabelMatcher {
  const inSet = setBased.exec(part);
  if (inSet !== null) {
    const [, name = '', operator, list = ''] = inSet;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return operator === 'in'
      ? (labels) => labels?.[name] !== undefined && values.has(labels[name])
      : (labels) => labels?.[name] === undefined || !values.has(labels[name]);
  }
  const compared = comparison.exec(part);
  if (compared !== null) {
    const [, name = '', operator, value = ''] = compared;
    if (operator === '=' || operator === '==') return (labels) => labels?.[name] === value;
    if (operator === '!=') return (labels) => labels?.[name] !== value;
    const bound = Number(value);
    return (labels) => {
      const held = Number(labels?.[name] ?? Number.NaN);
      return operator === '>' ? held > bound : held < bound;
    };
  }
  const existing = existence.exec(part);
  if (existing !== null) {
    const [, not, name = ''] = existing;
    return not === '!' ? (labels) => labels?.[name] === undefined : (labels) => labels?.[name] !== undefined;
  }
  throw kubeError.badRequest(
    `unable to parse requirement: found '${part}', expected: a label requirement such as key=value, key in (a,b) or !key`,
  );
}
