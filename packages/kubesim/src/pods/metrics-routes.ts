import type { Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import { sendJson } from '../api/answer.ts';
import type { Exchange } from '../api/exchange.ts';
import { kubeError } from '../api/kube-error.ts';
import type { ResourcePath } from '../api/request-info.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import type { PodRuntimePort, UsageSample } from '../pod-runtime-port.ts';
import { parseLabelSelector } from '../storage/label-selector.ts';
import { nodeUsages, podUsages } from './pod-usage.ts';

export type MetricsDeps = { store: ObjectStorePort; runtime: PodRuntimePort | undefined; clock: Clock };

/** metrics.k8s.io/v1beta1 as metrics-server answers it, from the simulated usage. */
export function createMetricsRoutes(deps: MetricsDeps) {
  return (exchange: Exchange, path: ResourcePath): boolean => {
    if (path.group !== 'metrics.k8s.io' || path.version !== 'v1beta1' || path.subresource !== '') return false;
    if (path.resource !== 'pods' && path.resource !== 'nodes') return false;
    if (exchange.request.method !== 'GET') throw kubeError.methodNotAllowed();
    const items = path.resource === 'pods' ? podMetrics(deps, path) : nodeMetrics(deps, path);
    const kind = path.resource === 'pods' ? 'PodMetrics' : 'NodeMetrics';
    if (path.name !== '') {
      const [only] = items;
      if (only === undefined)
        throw kubeError.notFound({ group: 'metrics.k8s.io', plural: path.resource, kind }, path.name);
      sendJson(exchange, 200, only);
      return true;
    }
    const matches = parseLabelSelector(exchange.query.get('labelSelector') ?? '') ?? (() => true);
    const field = /^metadata\.name=+(.+)$/.exec(exchange.query.get('fieldSelector') ?? '')?.[1];
    const chosen = items.filter(
      (item) => matches(item.metadata.labels) && (field === undefined || item.metadata.name === field),
    );
    sendJson(exchange, 200, { kind: `${kind}List`, apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items: chosen });
    return true;
  };
}

type Metrics = { metadata: { name: string; labels?: Record<string, string> } };

function podMetrics({ store, runtime, clock }: MetricsDeps, path: ResourcePath): Metrics[] {
  const one = path.name === '' ? undefined : store.get('pods', path.namespace, path.name);
  const pods =
    path.name === ''
      ? store.list('pods', path.namespace === '' ? undefined : path.namespace)
      : one === undefined
        ? []
        : [one];
  return [...podUsages(pods, runtime)].map(({ pod, containers }) => ({
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: metadataOf(pod, clock),
    timestamp: now(clock),
    window: '15s',
    containers: containers.map(({ container, usage }) => ({ name: container, usage: quantities(usage) })),
  }));
}

function nodeMetrics({ store, runtime, clock }: MetricsDeps, path: ResourcePath): Metrics[] {
  const nodes = [...store.list('nodes')].filter((node) => path.name === '' || node.metadata.name === path.name);
  const usages = nodeUsages(nodes, podUsages(store.list('pods'), runtime));
  return nodes.map((node) => ({
    kind: 'NodeMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: metadataOf(node, clock),
    timestamp: now(clock),
    window: '20s',
    usage: quantities(usages.get(node.metadata.name) ?? { cpuNanoCores: 0, memoryBytes: 0 }),
  }));
}

function metadataOf(object: KubeObject, clock: Clock): Metrics['metadata'] & Record<string, unknown> {
  const { name, namespace, labels } = object.metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: now(clock),
    ...(labels === undefined ? {} : { labels }),
  };
}

function now(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}

function quantities(usage: UsageSample): { cpu: string; memory: string } {
  return { cpu: `${Math.round(usage.cpuNanoCores)}n`, memory: `${Math.round(usage.memoryBytes / 1024)}Ki` };
}
