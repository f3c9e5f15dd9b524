import type { User } from '@pilothouse/contract';
import type { UserRecord } from './user-store.ts';

/** A user as the API shows one. */
export function publicUser({ id, email, name, disabledAt, createdAt, lastSeenAt }: UserRecord): User {
  return {
    id,
    email,
    name,
    disabled: disabledAt !== undefined,
    createdAt: new Date(createdAt).toISOString(),
    ...(lastSeenAt === undefined ? {} : { lastSeenAt: new Date(lastSeenAt).toISOString() }),
  };
}
