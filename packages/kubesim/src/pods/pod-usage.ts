import type { KubeObject } from '@pilothouse/kube';
import type { PodRuntimePort, UsageSample } from '../pod-runtime-port.ts';

export type PodUsage = { pod: KubeObject; containers: { container: string; usage: UsageSample }[] };

/** What the pods use now; those that do not run are left out. */
export function* podUsages(pods: Iterable<KubeObject>, runtime: PodRuntimePort | undefined): Generator<PodUsage> {
  for (const pod of pods) {
    const containers = runtime?.usage(pod);
    if (containers !== undefined) yield { pod, containers };
  }
}

export function totalUsage(samples: Iterable<UsageSample>): UsageSample {
  let cpuNanoCores = 0;
  let memoryBytes = 0;
  for (const sample of samples) {
    cpuNanoCores += sample.cpuNanoCores;
    memoryBytes += sample.memoryBytes;
  }
  return { cpuNanoCores, memoryBytes };
}

/** What a node uses for itself, beside its pods. */
const nodeOverhead: UsageSample = { cpuNanoCores: 85_000_000, memoryBytes: 620 * 1024 * 1024 };

/** Usage of each node by name: its pods and its own overhead. */
export function nodeUsages(nodes: Iterable<KubeObject>, usages: Iterable<PodUsage>): Map<string, UsageSample> {
  const byNode = new Map<string, UsageSample>();
  for (const node of nodes) byNode.set(node.metadata.name, nodeOverhead);
  for (const { pod, containers } of usages) {
    const name = (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
    const known = byNode.get(name);
    if (known !== undefined) byNode.set(name, totalUsage([known, ...containers.map((one) => one.usage)]));
  }
  return byNode;
}
