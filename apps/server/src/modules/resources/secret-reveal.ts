import { appError } from '@pilothouse/core';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { ObjectTarget } from './object-reader.ts';

/** The values of a Secret, read from the cluster at that moment. Nothing is shown that was not recorded first. */
export async function revealSecret(
  { cluster, ref }: ObjectTarget,
  keys: readonly string[] | undefined,
  { audit, context }: { audit: AuditLog; context: RequestContext },
): Promise<{ data: Record<string, string> }> {
  const secret = await cluster.client.get(ref);
  const values = Object.entries((secret as { data?: Record<string, unknown> }).data ?? {});
  const wanted = keys === undefined ? undefined : new Set(keys);
  const shown = values.filter(([key]) => wanted === undefined || wanted.has(key));
  const missing = keys?.find((key) => !shown.some(([name]) => name === key));
  if (missing !== undefined) throw appError('not_found', `The Secret ${ref.name} has no key "${missing}".`);
  await audit.record({
    ...auditedRequest(context),
    verb: 'secret.reveal',
    object: `${cluster.name}/secrets/${ref.namespace ?? ''}/${ref.name}`,
    cluster: cluster.name,
    result: 'allowed',
    details: { keys: shown.map(([key]) => key).slice(0, 100) },
  });
  return { data: Object.fromEntries(shown.map(([key, value]) => [key, String(value)])) };
}
