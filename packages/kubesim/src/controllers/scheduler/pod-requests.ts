import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { quantity } from '../quantities.ts';

/** What a pod asks of its node: the sum over its containers, or the largest init container where that is more, plus overhead. */
export function podRequests(spec: PodSpec): Record<string, number> {
  return podResources(spec, 'requests');
}

/** As `podRequests`, of requests or limits. */
export function podResources(spec: PodSpec, which: 'requests' | 'limits'): Record<string, number> {
  const total: Record<string, number> = {};
  const add = (resources: Readonly<Record<string, string>> | undefined) => {
    for (const [name, text] of Object.entries(resources ?? {})) total[name] = (total[name] ?? 0) + quantity(text);
  };
  for (const container of spec.containers) add(container.resources?.[which]);
  for (const container of spec.initContainers ?? []) {
    if ((container as { restartPolicy?: string }).restartPolicy === 'Always') add(container.resources?.[which]);
  }
  for (const container of spec.initContainers ?? []) {
    for (const [name, text] of Object.entries(container.resources?.[which] ?? {})) {
      total[name] = Math.max(total[name] ?? 0, quantity(text));
    }
  }
  if (which === 'requests') add(spec.overhead);
  return total;
}
