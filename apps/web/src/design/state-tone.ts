import type { Cluster, Health } from '@pilothouse/contract';

/** What a state means to a person; each has one colour and one shape, so that neither is needed to know the other. */
export type Tone = 'ok' | 'busy' | 'bad' | 'paused' | 'warn' | 'none';

export const healthTone: Record<Health['status'], Tone> = {
  healthy: 'ok',
  progressing: 'busy',
  degraded: 'bad',
  suspended: 'paused',
  missing: 'warn',
  unknown: 'none',
};

export const connectionTone: Record<Cluster['connection']['state'], Tone> = {
  connected: 'ok',
  pending: 'busy',
  degraded: 'warn',
  unreachable: 'bad',
  unauthorized: 'bad',
};
