import type { Node, Pod } from '../cluster-kinds.ts';
import { quantity } from '../quantities.ts';
import { podRequests } from './pod-requests.ts';

/** What a node has and what is asked of it. */
export type NodeLoad = {
  pods: number;
  requested: Record<string, number>;
  allocatable: { pods: number; resources: Record<string, number> };
};

/** The load of every node, kept up to date pod by pod. */
export type NodeLoads = {
  /** Counts `pod` where it is bound; forgets it once it is over. */
  note(pod: Pod): void;
  forget(pod: Pod): void;
  noteNode(node: Node): void;
  all(): ReadonlyMap<string, NodeLoad>;
};

export function createNodeLoads(): NodeLoads {
  const loads = new Map<string, NodeLoad>();
  const counted = new Map<string, { node: string; requests: Record<string, number> }>();

  function loadOf(name: string): NodeLoad {
    const known = loads.get(name) ?? { pods: 0, requested: {}, allocatable: { pods: 110, resources: {} } };
    loads.set(name, known);
    return known;
  }

  function forget(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const known = counted.get(uid);
    if (known === undefined) return;
    counted.delete(uid);
    const load = loadOf(known.node);
    load.pods--;
    for (const [name, value] of Object.entries(known.requests))
      load.requested[name] = (load.requested[name] ?? 0) - value;
  }

  return {
    forget,
    note(pod) {
      const uid = pod.metadata.uid ?? '';
      const node = pod.spec.nodeName;
      const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
      if (node === undefined || over) return forget(pod);
      if (counted.has(uid)) return;
      const requests = podRequests(pod.spec);
      counted.set(uid, { node, requests });
      const load = loadOf(node);
      load.pods++;
      for (const [name, value] of Object.entries(requests)) load.requested[name] = (load.requested[name] ?? 0) + value;
    },
    noteNode(node) {
      const from = node.status?.allocatable ?? node.status?.capacity ?? {};
      const resources = Object.fromEntries(Object.entries(from).map(([name, text]) => [name, quantity(text)]));
      loadOf(node.metadata.name).allocatable = { pods: resources.pods ?? 110, resources };
    },
    all: () => loads,
  };
}
