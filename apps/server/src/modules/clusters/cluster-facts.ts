import type { ClusterFacts } from '@pilothouse/contract';
import { type Clock, isAppError } from '@pilothouse/core';
import { type KubeClient, type KubeObject, quantityNumber, type ResourceType } from '@pilothouse/kube';
import { detectProvider } from './cluster-provider.ts';
import { isoOf } from './cluster-view.ts';

/** API groups that say what a cluster can do; shown as its features. */
const groupsOfNote = [
  'argoproj.io',
  'cert-manager.io',
  'cluster.x-k8s.io',
  'external-secrets.io',
  'gateway.networking.k8s.io',
  'helm.toolkit.fluxcd.io',
  'karpenter.sh',
  'keda.sh',
  'kyverno.io',
  'monitoring.coreos.com',
  'networking.istio.io',
  'operators.coreos.com',
  'serving.knative.dev',
  'snapshot.storage.k8s.io',
  'source.toolkit.fluxcd.io',
  'tekton.dev',
];

type NodeParts = {
  spec?: { providerID?: string };
  status?: { capacity?: Record<string, string>; conditions?: { type?: string; status?: string }[] };
};

/** What a cluster is and can do. Nodes and capacity are left out when the credentials may not list nodes. */
export async function readClusterFacts(
  client: KubeClient,
  types: readonly ResourceType[],
  clock: Clock,
): Promise<ClusterFacts> {
  const [version, nodes] = await Promise.all([client.version(), listNodes(client, types)]);
  const groups = new Set(types.map((type) => type.group));
  const provider = detectProvider({
    server: client.connection.server,
    gitVersion: version.gitVersion,
    apiGroups: [...groups],
    nodes: (nodes ?? []).map((node) => {
      const { providerID } = (node as NodeParts).spec ?? {};
      return {
        name: node.metadata.name,
        labels: node.metadata.labels ?? {},
        ...(providerID ? { providerId: providerID } : {}),
      };
    }),
  });
  return {
    asOf: isoOf(clock.now()),
    version: version.gitVersion,
    provider,
    ...(nodes
      ? { nodes: { total: nodes.length, ready: nodes.filter(isReady).length }, capacity: capacityOf(nodes) }
      : {}),
    features: { metrics: groups.has('metrics.k8s.io'), crds: groupsOfNote.filter((group) => groups.has(group)) },
    kinds: types.length,
  };
}

async function listNodes(client: KubeClient, types: readonly ResourceType[]): Promise<KubeObject[] | undefined> {
  const type = types.find((candidate) => candidate.group === '' && candidate.plural === 'nodes');
  if (!type) return undefined;
  let nodes: KubeObject[] = [];
  try {
    for await (const page of client.list(type)) nodes = page.restarted ? page.items : nodes.concat(page.items);
  } catch (error) {
    if (isAppError(error) && error.code === 'cluster_denied') return undefined;
    throw error;
  }
  return nodes;
}

function isReady(node: KubeObject): boolean {
  return (
    (node as NodeParts).status?.conditions?.some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    ) ?? false
  );
}

function capacityOf(nodes: readonly KubeObject[]): NonNullable<ClusterFacts['capacity']> {
  const sum = (resource: string) =>
    nodes.reduce((total, node) => total + (quantityNumber((node as NodeParts).status?.capacity?.[resource]) ?? 0), 0);
  return {
    cpuCores: Math.round(sum('cpu') * 1000) / 1000,
    memoryBytes: Math.round(sum('memory')),
    pods: Math.round(sum('pods')),
  };
}
