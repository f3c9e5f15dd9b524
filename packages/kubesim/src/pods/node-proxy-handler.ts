import type { Clock } from '@pilothouse/core';
import { sendJson, sendText } from '../api/answer.ts';
import { kubeError } from '../api/kube-error.ts';
import type { SubresourceHandler } from '../api/subresource-handler.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import type { PodRuntimePort, UsageSample } from '../pod-runtime-port.ts';
import type { ObjectWriter } from '../rules/object-writer.ts';
import { nodeUsages, podUsages, totalUsage } from './pod-usage.ts';

export type NodeProxyDeps = {
  writer: ObjectWriter;
  store: ObjectStorePort;
  runtime: PodRuntimePort | undefined;
  clock: Clock;
};

/** `nodes/x/proxy/…`: the kubelet's stats summary and health; other paths of a kubelet are 404. */
export function createNodeProxyHandler(deps: NodeProxyDeps): SubresourceHandler {
  return async (exchange, target, path) => {
    if (exchange.request.method !== 'GET') throw kubeError.methodNotAllowed();
    deps.writer.get(target, path);
    if (path.rest === 'stats/summary') return sendJson(exchange, 200, summary(deps, path.name));
    if (path.rest === 'healthz') return sendText(exchange, 200, 'ok');
    sendText(exchange, 404, '404 page not found\n');
  };
}

function summary({ store, runtime, clock }: NodeProxyDeps, name: string): unknown {
  const time = new Date(clock.now()).toISOString();
  const node = store.get('nodes', undefined, name);
  const here = [...store.list('pods')].filter(
    (pod) => (pod.spec as { nodeName?: string } | undefined)?.nodeName === name,
  );
  const usages = [...podUsages(here, runtime)];
  const total = nodeUsages(node === undefined ? [] : [node], usages).get(name) ?? { cpuNanoCores: 0, memoryBytes: 0 };
  return {
    node: { nodeName: name, startTime: node?.metadata.creationTimestamp, ...stats(total, time) },
    pods: usages.map(({ pod, containers }) => ({
      podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      startTime: (pod.status as { startTime?: string } | undefined)?.startTime,
      containers: containers.map(({ container, usage }) => ({ name: container, ...stats(usage, time) })),
      ...stats(totalUsage(containers.map((one) => one.usage)), time),
    })),
  };
}

function stats(usage: UsageSample, time: string) {
  return {
    cpu: { time, usageNanoCores: Math.round(usage.cpuNanoCores) },
    memory: { time, usageBytes: Math.round(usage.memoryBytes), workingSetBytes: Math.round(usage.memoryBytes) },
  };
}
