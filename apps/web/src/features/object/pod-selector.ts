import { asList, asObject, asText, asTexts, at } from './kube-shape.ts';

const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** The label selector of a workload's pods as text; undefined when it has none (and so selects nothing). */
export function podSelector(object: unknown): string | undefined {
  const selector = asObject(at(object, 'spec', 'selector'));
  // A ReplicationController's selector is the labels themselves.
  const plain = at(object, 'kind') === 'ReplicationController' ? selector : selector.matchLabels;
  const terms = Object.entries(asTexts(plain)).map(([key, value]) => `${key}=${value}`);
  for (const expression of asList(selector.matchExpressions)) {
    const key = asText(at(expression, 'key'));
    const write = operators[asText(at(expression, 'operator')) ?? ''];
    const values = asList(at(expression, 'values')).map((each) => asText(each) ?? '');
    if (key && write) terms.push(write(key, values.join(',')));
  }
  return terms.length > 0 ? terms.join(',') : undefined;
}
