/** One step of a path: a field, an element (`[0]`, `[-1]`), all of them (`[*]`), or those whose field has a value. */
type Step =
  | { kind: 'field'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'filter'; path: readonly string[]; equals: string; negated: boolean };

export type JsonPath = (root: unknown) => unknown[];

const maxLength = 1000;
const filterPattern = /^\?\(\s*@((?:\.[\w-]+)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\s*\)$/;

/**
 * The JSONPath of a CRD's printer column: fields (`.spec.size`, `['a.b/c']`, `.metadata.annotations.a\.b`), elements, `[*]` and
 * filters on equality (`[?(@.type=="Ready")]`), which is what printer columns in the wild use. Undefined for anything else.
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export function compileJsonPath(text: string): JsonPath | undefined {
  const steps = stepsOf(
    text
      .trim()
      .replace(/^\{(.*)\}$/, '$1')
      .replace(/^\$/, ''),
  );
  if (!steps) return undefined;
  return (root) => steps.reduce<unknown[]>((values, step) => values.flatMap((value) => follow(step, value)), [root]);
}

function stepsOf(text: string): Step[] | undefined {
  if (text.length > maxLength) return undefined;
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const field = /^\.?((?:[^.[\]\\]|\\.)+)/.exec(rest);
    if (field) {
      steps.push(
        field[1] === '*' ? { kind: 'all' } : { kind: 'field', name: (field[1] ?? '').replace(/\\(.)/g, '$1') },
      );
      rest = rest.slice(field[0].length);
      continue;
    }
    const bracket = /^\.?\[((?:"[^"]*"|'[^']*'|[^\]"'])*)\]/.exec(rest);
    const step = bracket ? bracketStep(bracket[1] ?? '') : undefined;
    if (!bracket || !step) return rest === '.' && steps.length > 0 ? steps : undefined;
    steps.push(step);
    rest = rest.slice(bracket[0].length);
  }
  return steps.length > 0 ? steps : undefined;
}

function bracketStep(inside: string): Step | undefined {
  const text = inside.trim();
  if (text === '*') return { kind: 'all' };
  if (/^-?\d{1,6}$/.test(text)) return { kind: 'index', index: Number(text) };
  const quoted = /^(["'])(.*)\1$/.exec(text);
  if (quoted) return { kind: 'field', name: quoted[2] ?? '' };
  const filter = filterPattern.exec(text);
  if (!filter) return undefined;
  const [, path = '', operator, double, single, bare] = filter;
  return {
    kind: 'filter',
    path: path.slice(1).split('.'),
    equals: double ?? single ?? bare ?? '',
    negated: operator === '!=',
  };
}

function follow(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.kind) {
    case 'field':
      return fieldValue(value, step.name);
    case 'index':
      return Array.isArray(value) ? [value.at(step.index)].filter((each) => each !== undefined) : [];
    case 'all':
      return Object.values(value);
    case 'filter':
      return (Array.isArray(value) ? value : Object.values(value)).filter((each: unknown) => {
        const found = step.path.reduce<unknown[]>(
          (values, name) => values.flatMap((one) => fieldValue(one, name)),
          [each],
        )[0];
        return (String(found) === step.equals) !== step.negated;
      });
  }
}

function fieldValue(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  const found = (value as Record<string, unknown>)[name];
  return found === undefined || found === null ? [] : [found];
}
