import { isAppError } from '@pilothouse/core';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';

export type WriteRecord = { verb: string; cluster: string; object: string; details?: Record<string, unknown> };

/** Does something to a cluster and records that it was done, refused or failed. */
export async function audited<T>(
  work: () => Promise<T>,
  record: WriteRecord,
  { audit, context }: { audit: AuditLog; context: RequestContext },
): Promise<T> {
  const { verb, cluster, object, details = {} } = record;
  const note = (result: 'allowed' | 'denied' | 'failed', more: Record<string, unknown>) =>
    audit.record({
      ...auditedRequest(context),
      verb,
      object: `${cluster}/${object}`,
      cluster,
      result,
      details: { ...details, ...more },
    });
  try {
    const done = await work();
    await note('allowed', {});
    return done;
  } catch (error) {
    const code = isAppError(error) ? error.code : 'internal';
    await note(code === 'cluster_denied' || code === 'permission_denied' ? 'denied' : 'failed', { code });
    throw error;
  }
}
