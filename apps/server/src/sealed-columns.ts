import type { SealedColumn } from './platform/crypto/sealer.ts';
import { idempotencySealedColumn } from './platform/http/idempotency.ts';

/** Every column with sealed secrets, for the rotation of keys. A test compares it with what the modules declare. */
export const sealedColumns: readonly SealedColumn[] = [
  idempotencySealedColumn,
  { table: 'clusters', idColumn: 'id', column: 'access' },
];
