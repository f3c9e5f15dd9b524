import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { SealedColumn, Sealer } from './sealer.ts';

const batchSize = 200;

/** Seals every secret that is sealed with an older key anew, batch by batch, while the server runs; gives how many. Safe to stop and repeat. */
export async function resealAll(database: Database, sealer: Sealer, columns: readonly SealedColumn[]): Promise<number> {
  let resealed = 0;
  for (const column of columns) resealed += await resealColumn(database, sealer, column);
  return resealed;
}

async function resealColumn(
  database: Database,
  sealer: Sealer,
  { table, idColumn, column }: SealedColumn,
): Promise<number> {
  const [tableRef, idRef, columnRef] = [sql.table(table), sql.ref(idColumn), sql.ref(column)];
  let resealed = 0;
  for (let last = ''; ; ) {
    const after = last;
    const { rows } = await sql<{ id: string; sealed: string }>`
      select ${idRef} as id, ${columnRef} as sealed from ${tableRef}
      where ${columnRef} is not null and ${idRef} > ${after} order by ${idRef} limit ${batchSize}`.execute(
      database.reader,
    );
    for (const { id, sealed } of rows) {
      if (sealer.isCurrent(sealed)) continue;
      const place = { table, column, id };
      const anew = sealer.seal(sealer.open(sealed, place), place);
      // Somebody may have written a new secret meanwhile: theirs stays.
      await database.transaction((tx) =>
        sql`update ${tableRef} set ${columnRef} = ${anew} where ${idRef} = ${id} and ${columnRef} = ${sealed}`.execute(
          tx,
        ),
      );
      resealed += 1;
    }
    last = rows.at(-1)?.id ?? '';
    if (rows.length < batchSize) return resealed;
  }
}
