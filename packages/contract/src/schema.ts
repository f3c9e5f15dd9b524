import Type, { type TObject, type TProperties, type TSchema } from 'typebox';

/** An object that refuses unknown members in requests. */
export function Closed<const Properties extends TProperties>(
  properties: Properties,
  description?: string,
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...(description ? { description } : {}) });
}

/** One of several literal strings. */
export function OneOf<const Values extends readonly string[]>(values: Values, description?: string) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], ...(description ? { description } : {}) });
}

export const Id = Type.String({ minLength: 1, maxLength: 64, description: 'UUID version 7' });
export const Timestamp = Type.String({ description: 'RFC 3339, UTC' });

/** The comma-separated list of a query parameter; the server splits it. */
export function CommaList(description: string) {
  return Type.String({ maxLength: 20_000, description: `${description} Comma-separated.` });
}

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Items per page.' })),
  cursor: Type.Optional(Type.String({ maxLength: 4096, description: 'The `nextCursor` of the page before.' })),
};

/** One page of a list. `nextCursor` is absent on the last page. */
export function Page<const Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });
}
