import type { SealedColumn } from './platform/crypto/sealer.ts';
import { idempotencySealedColumn } from './platform/http/idempotency.ts';
import type { ServerModule } from './platform/module.ts';

/** Every column with sealed secrets. The rotation of keys reads this list without making the modules. */
export const sealedColumns: readonly SealedColumn[] = [
  idempotencySealedColumn,
  { table: 'clusters', idColumn: 'id', column: 'access' },
];

/** Asked at every start: a column that is missing here would be lost at the next rotation. */
export function checkSealedColumns(modules: readonly ServerModule[]): void {
  for (const { table, column } of modules.flatMap((module) => module.sealedColumns ?? []))
    if (!sealedColumns.some((known) => known.table === table && known.column === column))
      throw new Error(`${table}.${column} is sealed and not in sealed-columns.ts.`);
}
