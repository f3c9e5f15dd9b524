import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Tables } from '../database/tables.ts';

/** Whether a type is wanted by a list of exact types (`cluster.registered`) and nouns (`cluster`). */
export function wantsType(types: readonly string[], type: string): boolean {
  const noun = type.slice(0, type.indexOf('.'));
  return types.includes(type) || types.includes(noun);
}

/** The same in SQL. `.` sorts just before `/`, so a range finds every type of a noun. */
export function typeCondition(types: readonly string[]) {
  return (build: ExpressionBuilder<Tables, 'events'>): Expression<SqlBool> =>
    build.or(
      types.map((type) =>
        type.includes('.')
          ? build('type', '=', type)
          : build.and([build('type', '>', `${type}.`), build('type', '<', `${type}/`)]),
      ),
    );
}
