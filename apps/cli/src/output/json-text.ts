/** Indented JSON with sorted keys, as kubectl writes it, so that two outputs can be compared line by line. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(sorted(value), undefined, 4)}\n`;
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted((value as Record<string, unknown>)[key])]));
}
