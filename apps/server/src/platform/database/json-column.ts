/**
 * The text of a JSON column. PostgreSQL keeps no NUL in jsonb, and names and annotations from clusters are hostile input, so NUL
 * becomes U+FFFD on the way in, on both databases alike.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u0000') ? JSON.stringify(value, (_, each) => withoutNul(each)) : text;
}

export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.replaceAll('\0', '\ufffd'), each]));
}
