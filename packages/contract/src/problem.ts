import { errorKinds } from '@pilothouse/core';
import Type, { type Static } from 'typebox';
import { OneOf } from './schema.ts';

/** RFC 9457 problem details, with our stable `code` and the request id that finds the failure in the log. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    kind: OneOf(errorKinds),
    detail: Type.String(),
    requestId: Type.Optional(Type.String()),
    details: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), code: Type.String(), message: Type.String() })),
    ),
    permission: Type.Optional(Type.String({ description: 'The permission that is missing.' })),
    conflicts: Type.Optional(Type.Array(Type.Object({ manager: Type.String(), field: Type.String() }))),
    current: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
);
export type Problem = Static<typeof Problem>;
