import type { ConnectionStatus } from '@pilothouse/contract';
import { isAppError, messageOf } from '@pilothouse/core';
import type { KubeClient } from '@pilothouse/kube';

export type ConnectionState = ConnectionStatus['state'];

export type ConnectionCheck = {
  state: Exclude<ConnectionState, 'pending'>;
  latencyMs?: number;
  error?: { code: string; message: string };
};

/** Slower than this is degraded: still usable, and worth saying. */
const slowMilliseconds = 3000;
const checkTimeout = 10_000;

/** One look at a cluster's own readiness. Never throws for what the cluster does. */
export async function checkConnection(client: KubeClient, signal?: AbortSignal): Promise<ConnectionCheck> {
  const startedAt = performance.now();
  try {
    await readReadiness(client, signal);
    const latencyMs = Math.round((performance.now() - startedAt) * 10) / 10;
    if (latencyMs <= slowMilliseconds) return { state: 'connected', latencyMs };
    return {
      state: 'degraded',
      latencyMs,
      error: { code: 'cluster_busy', message: `Answered only after ${Math.round(latencyMs)} ms` },
    };
  } catch (error) {
    return failedCheck(error);
  }
}

async function readReadiness(client: KubeClient, signal: AbortSignal | undefined): Promise<void> {
  const options = { timeout: checkTimeout, ...(signal ? { signal } : {}) };
  try {
    await client.getText('/readyz', options);
  } catch (error) {
    // A narrow account may not read /readyz, and releases before 1.16 do not serve it; that it answers at all is what counts.
    if (!isAppError(error) || (error.code !== 'cluster_denied' && error.code !== 'not_found')) throw error;
    await client.getJson('/version', options);
  }
}

export function failedCheck(error: unknown): ConnectionCheck {
  const code = isAppError(error) ? error.code : 'internal';
  const described = { code, message: storable(messageOf(error)) };
  if (code === 'cluster_unauthorized') return { state: 'unauthorized', error: described };
  if (code === 'cluster_error' || code === 'cluster_busy' || code === 'cluster_denied')
    return { state: 'degraded', error: described };
  return { state: 'unreachable', error: described };
}

/** A cluster's words are hostile input: PostgreSQL keeps no NUL, and a page should not show a megabyte. */
function storable(message: string): string {
  return message.replaceAll('\0', '\ufffd').slice(0, 1000);
}
