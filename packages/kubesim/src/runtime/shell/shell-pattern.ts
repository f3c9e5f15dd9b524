/** Whether `text` matches a shell pattern (`*`, `?`, `[a-z]`). Linear in text times pattern, whatever the pattern. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    const step = p < pattern.length ? matchOne(pattern, p, text[t] ?? '') : undefined;
    if (pattern[p] === '*') {
      starAt = p++;
      starText = t;
    } else if (step !== undefined) {
      p = step;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++starText;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p >= pattern.length;
}

/** Where the pattern goes on after one sign matched; undefined when it did not. */
function matchOne(pattern: string, at: number, sign: string): number | undefined {
  const first = pattern[at];
  if (first === '*') return undefined;
  if (first === '?') return at + 1;
  if (first === '\\') return pattern[at + 1] === sign ? at + 2 : undefined;
  const end = first === '[' ? pattern.indexOf(']', at + 2) : -1;
  if (end < 0) return first === sign ? at + 1 : undefined;
  let inside = pattern.slice(at + 1, end);
  const negated = inside.startsWith('!') || inside.startsWith('^');
  if (negated) inside = inside.slice(1);
  let found = false;
  for (let index = 0; index < inside.length; index++) {
    const low = inside[index] ?? '';
    if (inside[index + 1] === '-' && index + 2 < inside.length) {
      const high = inside[index + 2] ?? '';
      if (sign >= low && sign <= high) found = true;
      index += 2;
    } else if (low === sign) found = true;
  }
  return found !== negated ? end + 1 : undefined;
}

export function hasPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Takes quoting into a pattern: its signs then stand for themselves. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
