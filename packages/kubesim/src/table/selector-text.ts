type Selector =
  | {
      matchLabels?: Record<string, string>;
      matchExpressions?: { key: string; operator: string; values?: string[] }[];
    }
  | Record<string, unknown>;

/** A LabelSelector, or a plain map of labels, in one line: requirements by key, `<none>` when there are none. */
export function selectorText(selector: Selector | undefined): string {
  const text = selectorQuery(selector);
  return text === '' ? '<none>' : text;
}

/** The same as a query: '' when everything matches. */
export function selectorQuery(selector: Selector | undefined): string {
  if (selector === undefined || selector === null) return '';
  const structured = 'matchLabels' in selector || 'matchExpressions' in selector;
  const labels = (structured ? selector.matchLabels : selector) as Record<string, string> | undefined;
  const expressions = (structured ? selector.matchExpressions : undefined) as
    | { key: string; operator: string; values?: string[] }[]
    | undefined;
  return [
    ...Object.entries(labels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(expressions ?? []).map((one) => ({ key: one.key, text: expressionText(one) })),
  ]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((one) => one.text)
    .join(',');
}

function expressionText({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }): string {
  const list = `(${[...values].sort().join(',')})`;
  if (operator === 'In') return `${key} in ${list}`;
  if (operator === 'NotIn') return `${key} notin ${list}`;
  return operator === 'Exists' ? key : `!${key}`;
}
