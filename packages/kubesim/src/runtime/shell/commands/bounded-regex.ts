/** A regular expression a user of a simulated shell gave. */
export type BoundedRegex = {
  test(line: string): boolean;
  find(line: string): string | undefined;
  replace(line: string, replacement: string): string;
};

const longestPattern = 200;
const longestLine = 2_000;

/**
 * A user's pattern with its power to take for ever taken away: no nested or repeated quantifiers, short patterns, and only the first 2,000
 * signs of a line are looked at. What is refused is matched as plain text.
 */
export function boundedRegex(pattern: string, flags: string): BoundedRegex {
  const expression = compile(pattern, flags);
  return {
    test(line) {
      expression.lastIndex = 0;
      return expression.test(line.slice(0, longestLine));
    },
    find(line) {
      expression.lastIndex = 0;
      return expression.exec(line.slice(0, longestLine))?.[0];
    },
    replace: (line, replacement) => (line.length > longestLine ? line : line.replace(expression, replacement)),
  };
}

function compile(pattern: string, flags: string): RegExp {
  const dangerous =
    /\([^)]*[*+{][^)]*\)[*+{]|([*+][^?)|]*){4}|\\[1-9]/.test(pattern) || pattern.length > longestPattern;
  const kept = flags.replace(/[^gi]/g, '');
  if (!dangerous) {
    try {
      return new RegExp(pattern, kept);
    } catch {
      // Not one of JavaScript's: as plain text below.
    }
  }
  return new RegExp(pattern.slice(0, longestPattern).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), kept);
}
