import type { KubeObject } from '@pilothouse/kube';

/** A pod as small as the API server takes it. */
export function pod(
  namespace: string,
  name: string,
  more: { labels?: Record<string, string>; annotations?: Record<string, string> } = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, ...more },
    spec: { containers: [{ name: 'app', image: 'app:1' }] },
  };
}
