import { appError, isAppError, messageOf } from '@pilothouse/core';
import type { FastifyInstance } from 'fastify';
import type { AccessControl } from '../http/access-control.ts';
import type { Metrics } from './metrics.ts';

export type ReadinessCheck = { readonly name: string; check(): Promise<void> };

export type OperationsDeps = {
  metrics: Metrics;
  /** Who may read `/metrics`. */
  metricsAccess: 'open' | 'token';
  access: AccessControl;
  checks: readonly ReadinessCheck[];
  /** Milliseconds a check may take (default 2,000). */
  deadline?: number;
};

/** `/healthz`: this process runs. `/readyz`: it can serve. `/metrics`: for Prometheus. Probes come by address, so any Host is fine. */
export function mountOperations(app: FastifyInstance, deps: OperationsDeps): void {
  const { metrics, metricsAccess, access, checks, deadline = 2000 } = deps;
  const open = { permission: { level: 'public' }, anyHost: true, unlimited: true } as const;

  app.get('/healthz', { config: open }, () => ({ status: 'ok' }));

  app.get('/readyz', { config: open }, async (_, reply) => {
    const results = await Promise.all(checks.map((check) => runCheck(check, deadline)));
    const ready = results.every(({ status }) => status === 'ok');
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks: results });
  });

  const permission =
    metricsAccess === 'open' ? open.permission : ({ level: 'platform', noun: 'metrics', verb: 'read' } as const);
  app.get('/metrics', { config: { ...open, permission } }, async (request, reply) => {
    if (permission.level !== 'public') {
      if (!request.signedIn) throw appError('not_signed_in', 'Send a token with the permission to read metrics.');
      await access.authorize(request.signedIn, permission, {});
    }
    return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

async function runCheck(
  { name, check }: ReadinessCheck,
  deadline: number,
): Promise<{ name: string; status: 'ok' | 'failing'; reason?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not answer within ${deadline} ms`)), deadline);
  });
  try {
    await Promise.race([check(), late]);
    return { name, status: 'ok' };
  } catch (error) {
    // Anybody may ask, so only our own words go out.
    return { name, status: 'failing', reason: isAppError(error) ? error.message : messageOf(error).slice(0, 100) };
  } finally {
    clearTimeout(timer);
  }
}
