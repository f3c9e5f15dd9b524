import type { MetricSpec, MetricStatus } from 'kubernetes-types/autoscaling/v2.d.ts';
import { podUsage } from '../../runtime/usage.ts';
import type { Pod } from '../cluster-kinds.ts';
import { isReady } from '../pod-control.ts';
import { quantity } from '../quantities.ts';

const tolerance = 0.1;

/** What one metric asks for. */
export type Proposal = { replicas: number; status: MetricStatus; name: string; direction: 'above' | 'below' | 'at' };

/** The replicas a resource metric wants, by usage against requests; undefined when no pod can be measured. Only resource metrics are served. */
export function proposalOf(
  metric: MetricSpec,
  facts: { pods: readonly Pod[]; replicas: number; now: number },
): Proposal | undefined {
  const { resource } = metric;
  if (metric.type !== 'Resource' || resource === undefined) return undefined;
  const ready = facts.pods.filter(isReady);
  const measured = ready.map((pod) => ({
    used: used(pod, resource.name, { now: facts.now, siblings: ready.length }),
    requested: requested(pod, resource.name),
  }));
  if (measured.length === 0) return undefined;
  const total = measured.reduce((sum, one) => sum + one.used, 0);
  const requests = measured.reduce((sum, one) => sum + one.requested, 0);
  const average = total / measured.length;
  const { averageUtilization, averageValue } = resource.target;
  const utilization = requests === 0 ? undefined : Math.round((total / requests) * 100);
  const ratio =
    averageUtilization === undefined
      ? average / Math.max(1e-9, quantity(averageValue))
      : (utilization ?? 0) / averageUtilization;
  if (averageUtilization !== undefined && utilization === undefined) return undefined;
  const replicas = Math.abs(ratio - 1) <= tolerance ? facts.replicas : Math.ceil(ratio * measured.length);
  const current = {
    averageValue: formatUsage(average, resource.name),
    ...(averageUtilization === undefined ? {} : { averageUtilization: utilization ?? 0 }),
  };
  const how = averageUtilization === undefined ? '' : ' utilization (percentage of request)';
  return {
    replicas,
    status: { type: 'Resource', resource: { name: resource.name, current } },
    name: `${resource.name} resource${how}`,
    direction: replicas > facts.replicas ? 'above' : replicas < facts.replicas ? 'below' : 'at',
  };
}

function used(pod: Pod, resource: string, { now, siblings }: { now: number; siblings: number }): number {
  const samples = podUsage(pod, now, siblings) ?? [];
  return samples.reduce(
    (sum, { usage }) => sum + (resource === 'cpu' ? usage.cpuNanoCores / 1e9 : usage.memoryBytes),
    0,
  );
}

function requested(pod: Pod, resource: string): number {
  return pod.spec.containers.reduce((sum, one) => sum + quantity(one.resources?.requests?.[resource]), 0);
}

function formatUsage(value: number, resource: string): string {
  return resource === 'cpu' ? `${Math.round(value * 1000)}m` : String(Math.round(value));
}
