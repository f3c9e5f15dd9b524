import type { Migration } from '../migration.ts';
import { eventLog } from './0001-event-log.ts';
import { runtime } from './0002-runtime.ts';
import { users } from './0010-users.ts';
import { credentials } from './0011-credentials.ts';
import { auditLog } from './0012-audit-log.ts';
import { clusters } from './0020-clusters.ts';
import { clusterImpersonation } from './0021-cluster-impersonation.ts';

/** Every migration in the order of its number: 0001-0009 the platform, 0010-0019 identity and audit, 0020-0029 clusters. */
export const migrations: readonly Migration[] = [
  eventLog,
  runtime,
  users,
  credentials,
  auditLog,
  clusters,
  clusterImpersonation,
];
