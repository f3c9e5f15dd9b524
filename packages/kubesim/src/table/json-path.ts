type Step =
  | { is: 'field'; name: string }
  | { is: 'index'; index: number }
  | { is: 'all' }
  | { is: 'filter'; path: readonly Step[]; operator: string; value: string | number | boolean };

/**
 * Compiles the JSONPath subset that CRD printer columns use: `.a.b`, `['a.b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`. Returns the values
 * found; a path that cannot be read finds nothing.
 */
export function compileJsonPath(path: string): (root: unknown) => unknown[] {
  const steps = parse(path.replace(/^\{|\}$/g, '').replace(/^\$/, ''));
  return (root) => (steps === undefined ? [] : walk([root], steps));
}

const token =
  /^(?:\.([^.[\]]+)|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[\s*(-?\d+)\s*\]|(\[\s*\*\s*\]|\.\*)|\[\?\(\s*@((?:\.[^.[\]=!<>\s]+|\['[^']*'\])+)\s*(?:(==|!=)\s*("[^"]*"|'[^']*'|[^)\s]+))?\s*\)\])/;

function parse(path: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  while (rest !== '') {
    const found = token.exec(rest);
    if (found === null) return undefined;
    const [text, field, single, double, index, all, filterPath, operator, literal] = found;
    const name = field ?? single ?? double;
    if (all !== undefined) steps.push({ is: 'all' });
    else if (name !== undefined) steps.push({ is: 'field', name: name.replace(/\\(.)/g, '$1') });
    else if (index !== undefined) steps.push({ is: 'index', index: Number(index) });
    else if (filterPath !== undefined) {
      const inner = parse(filterPath);
      if (inner === undefined) return undefined;
      steps.push({ is: 'filter', path: inner, operator: operator ?? 'exists', value: literalOf(literal ?? '') });
    }
    rest = rest.slice(text.length);
  }
  return steps;
}

function literalOf(text: string): string | number | boolean {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function walk(values: readonly unknown[], steps: readonly Step[]): unknown[] {
  return steps.reduce<unknown[]>((current, step) => current.flatMap((value) => take(value, step)), [...values]);
}

function take(value: unknown, step: Step): unknown[] {
  if (value === undefined || value === null) return [];
  switch (step.is) {
    case 'field': {
      if (typeof value !== 'object' || !Object.hasOwn(value, step.name)) return [];
      return [(value as Record<string, unknown>)[step.name]];
    }
    case 'index':
      return Array.isArray(value) ? [value.at(step.index)].filter((one) => one !== undefined) : [];
    case 'all':
      return typeof value === 'object' ? Object.values(value) : [];
    case 'filter':
      if (!Array.isArray(value)) return [];
      return value.filter((item) => {
        const [found] = walk([item], step.path);
        if (step.operator === 'exists') return found !== undefined;
        return step.operator === '==' ? found === step.value : found !== step.value;
      });
  }
}
