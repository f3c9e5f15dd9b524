import type { AuditEntry } from '@pilothouse/contract';

/**
 * One thing that was done or tried. Never put a secret in here: the entry can not be changed or removed afterwards.
 * `object` reads as a path: `cluster/prod`, `prod/secrets/shop/db`, `user/<id>`. `cluster` is the cluster's name at the time.
 */
export type AuditRecord = {
  readonly actor: AuditEntry['actor'];
  readonly verb: string;
  readonly object: string;
  readonly cluster?: string;
  readonly result: AuditEntry['result'];
  readonly requestId?: string;
  readonly address?: string;
  readonly details?: Readonly<Record<string, unknown>>;
};
