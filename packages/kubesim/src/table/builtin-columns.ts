import { ageColumn, nameColumn } from './column-factory.ts';
import type { TableColumn } from './table-column.ts';

/** The columns kubectl shows for a built-in resource (`plural.group`). */
export function builtinColumns(_resource: string): readonly TableColumn[] {
  return [nameColumn, ageColumn];
}
