/** The one health vocabulary, from best to worst where it can be ordered. */
export const healthStatuses = ['healthy', 'suspended', 'progressing', 'unknown', 'missing', 'degraded'] as const;

export type HealthStatus = (typeof healthStatuses)[number];

/** `reason` is CamelCase and stable (`CrashLoopBackOff`, `NoStatusRule`); `message` is for a person. */
export type Health = { status: HealthStatus; reason: string; message: string };

/** The worse of two, for aggregation upward. */
export function worseHealth(a: HealthStatus, b: HealthStatus): HealthStatus {
  return healthStatuses.indexOf(a) >= healthStatuses.indexOf(b) ? a : b;
}
