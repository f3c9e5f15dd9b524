/** Search parameters are plain texts; lists are comma-separated, so that a URL can be read and typed. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    parts.push(`${encodeURIComponent(key)}=${readable(encodeURIComponent(String(value)))}`);
  }
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** Characters that are allowed in a query as they are (RFC 3986, 3.4) and that people like to read. */
function readable(encoded: string): string {
  return encoded.replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@');
}

export function listOf(text: string | undefined): string[] {
  return text ? text.split(',').filter((part) => part !== '') : [];
}

export function textOf(list: readonly string[]): string | undefined {
  return list.length > 0 ? list.join(',') : undefined;
}

/** The named text parameters of a search; anything else is left out. */
export function textParams<const Names extends readonly string[]>(
  search: Record<string, unknown>,
  names: Names,
): { [Name in Names[number]]?: string | undefined } {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') found[name] = value;
    else if (typeof value === 'number' || typeof value === 'boolean') found[name] = String(value);
  }
  return found as { [Name in Names[number]]?: string | undefined };
}
