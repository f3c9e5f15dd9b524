/** The kinds of log a simulated container can write. */
export const logFormats = [
  'json',
  'access',
  'java',
  'postgres',
  'redis',
  'rabbitmq',
  'klog',
  'logfmt',
  'job',
  'failing-job',
  'crash',
  'hostile',
  'quiet',
] as const;

export type LogFormat = (typeof logFormats)[number];

const byImage: readonly (readonly [RegExp, LogFormat])[] = [
  [/nginx|httpd|storefront|traefik|envoy|haproxy|ingress/, 'access'],
  [/postgres/, 'postgres'],
  [/redis|valkey/, 'redis'],
  [/rabbitmq|nats/, 'rabbitmq'],
  [/(^|\/)(kube-|coredns|csi-|metrics-server|cluster-autoscaler|etcd)/, 'klog'],
  [/prometheus|grafana|loki|alertmanager|otel|node-exporter|kube-state|external-dns|cert-manager/, 'logfmt'],
  [/java|spring|orders|ledger|fraud/, 'java'],
  [/pause|sleep/, 'quiet'],
];

/** The format that fits an image by its name; JSON when none stands out. */
export function logFormatOf(image: string): LogFormat {
  return byImage.find(([pattern]) => pattern.test(image))?.[1] ?? 'json';
}
