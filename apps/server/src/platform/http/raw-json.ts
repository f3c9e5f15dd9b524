/** JSON text that goes out as it is. With an `etag`, a client that has this version gets 304 and no body. */
export type RawJson = { readonly [marker]: true; readonly text: string | Buffer; readonly etag: string | undefined };

const marker = Symbol('raw JSON');

export function rawJson(text: string | Buffer, etag?: string): RawJson {
  return { [marker]: true, text, etag };
}

export function isRawJson(value: unknown): value is RawJson {
  return typeof value === 'object' && value !== null && marker in value;
}
