/** The one health vocabulary (`packages/kube` decides it from an object), from best to worst. */
export const healthStatuses = ['healthy', 'suspended', 'progressing', 'unknown', 'missing', 'degraded'] as const;
export type HealthStatus = (typeof healthStatuses)[number];
