/** A regular expression a user of a simulated shell gave. */
export type BoundedRegex = {
  test(line: string): boolean;
  find(line: string): string | undefined;
  replace(line: string, replacement: string): string;
};

const longestPattern = 200;
const longestLine = 500;
const mostOpenEnded = 2;

/**
 * A user's pattern with its power to take for ever taken away: no repeated groups, at most two open-ended quantifiers, short patterns, and only
 * the first 500 signs of a line are looked at. What is refused is matched as plain text.
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
    replace: (line, replacement) =>
      line.slice(0, longestLine).replace(expression, replacement) + line.slice(longestLine),
  };
}

function compile(pattern: string, flags: string): RegExp {
  const kept = flags.replace(/[^gi]/g, '');
  if (!isDangerous(pattern)) {
    try {
      return new RegExp(pattern, kept);
    } catch {
      // Not one of JavaScript's: as plain text below.
    }
  }
  return new RegExp(pattern.slice(0, longestPattern).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), kept);
}

function isDangerous(pattern: string): boolean {
  const openEnded = pattern.match(/[*+]|\{\d*,\d*\}/g)?.length ?? 0;
  return pattern.length > longestPattern || openEnded > mostOpenEnded || /\)[*+{]|\\[1-9]/.test(pattern);
}
