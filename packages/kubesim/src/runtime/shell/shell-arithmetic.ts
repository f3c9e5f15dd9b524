import { ShellSyntaxError } from './shell-syntax.ts';

/** The variables an expression reads and changes. */
export type ArithmeticScope = { get(name: string): string; set(name: string, value: string): void };

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value of `$((expression))`: whole numbers, C's operators, assignments. */
export function evaluateArithmetic(expression: string, scope: ArithmeticScope): number {
  const tokens =
    expression.match(/\d+|[A-Za-z_]\w*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%]=|[-+*/%<>=!~&|^?:()]|\S/g) ?? [];
  let at = 0;

  const take = (text: string): boolean => {
    if (tokens[at] !== text) return false;
    at++;
    return true;
  };
  const variableValue = (name: string): number => {
    const text = scope.get(name);
    return text === '' ? 0 : Math.trunc(Number(text)) || 0;
  };

  function assignment(): number {
    const [name = '', sign = ''] = [tokens[at], tokens[at + 1]];
    if (/^[A-Za-z_]/.test(name) && (sign === '=' || /^[-+*/%]=$/.test(sign))) {
      at += 2;
      const right = assignment();
      const value = sign === '=' ? right : apply(sign.slice(0, 1), variableValue(name), right);
      scope.set(name, String(value));
      return value;
    }
    return ternary();
  }

  function ternary(): number {
    const condition = binary(0);
    if (!take('?')) return condition;
    const yes = assignment();
    if (!take(':')) throw new ShellSyntaxError('arithmetic syntax error');
    const no = assignment();
    return condition !== 0 ? yes : no;
  }

  function binary(level: number): number {
    const signs = levels[level];
    if (signs === undefined) return unary();
    let left = binary(level + 1);
    for (let sign = tokens[at]; sign !== undefined && signs.includes(sign); sign = tokens[at]) {
      at++;
      left = apply(sign, left, binary(level + 1));
    }
    return left;
  }

  function unary(): number {
    if (take('-')) return -unary();
    if (take('+')) return unary();
    if (take('!')) return unary() === 0 ? 1 : 0;
    if (take('~')) return ~unary();
    for (const [sign, step] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (!take(sign)) continue;
      const name = tokens[at++] ?? '';
      const value = variableValue(name) + step;
      scope.set(name, String(value));
      return value;
    }
    return primary();
  }

  function primary(): number {
    const token = tokens[at++];
    if (token === undefined) throw new ShellSyntaxError('arithmetic syntax error');
    if (token === '(') {
      const value = assignment();
      if (!take(')')) throw new ShellSyntaxError('arithmetic syntax error');
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) throw new ShellSyntaxError('arithmetic syntax error');
    const value = variableValue(token);
    if (take('++')) scope.set(token, String(value + 1));
    else if (take('--')) scope.set(token, String(value - 1));
    return value;
  }

  if (tokens.length === 0) return 0;
  const value = assignment();
  if (at < tokens.length) throw new ShellSyntaxError('arithmetic syntax error');
  return value;
}

function apply(sign: string, left: number, right: number): number {
  if ((sign === '/' || sign === '%') && right === 0) throw new ShellSyntaxError('divide by zero');
  switch (sign) {
    case '||':
      return left !== 0 || right !== 0 ? 1 : 0;
    case '&&':
      return left !== 0 && right !== 0 ? 1 : 0;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left !== right ? 1 : 0;
    case '<=':
      return left <= right ? 1 : 0;
    case '>=':
      return left >= right ? 1 : 0;
    case '<':
      return left < right ? 1 : 0;
    case '>':
      return left > right ? 1 : 0;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return Math.trunc(left / right);
    default:
      return left % right;
  }
}
