import type { ClusterFacts } from '@pilothouse/contract';

export type ClusterProvider = ClusterFacts['provider'];

/** What a cluster shows of where it runs. Every part may be missing: a narrow account may see no nodes. */
export type ProviderSignals = {
  server: string;
  gitVersion?: string;
  nodes?: readonly { name: string; providerId?: string; labels: Readonly<Record<string, string>> }[];
  apiGroups?: readonly string[];
};

type Signal =
  | { in: 'host'; ends: string }
  | { in: 'version'; contains: string }
  | { in: 'providerId'; starts: string }
  | { in: 'nodeLabel'; key: string }
  | { in: 'nodeName'; matches: RegExp }
  | { in: 'apiGroup'; name: string };

/**
 * How strongly each signal speaks for a provider. One of 2 is enough; those of 1 only support others: machines of a cloud
 * also run clusters that are not the cloud's own (kOps on AWS), and a host name can be anything.
 */
export const providerTable: readonly { provider: ClusterProvider; weight: number; signal: Signal }[] = [
  { provider: 'simulated', weight: 4, signal: { in: 'version', contains: 'pilothouse-sim' } },
  { provider: 'simulated', weight: 4, signal: { in: 'providerId', starts: 'kubesim://' } },
  { provider: 'openshift', weight: 4, signal: { in: 'apiGroup', name: 'config.openshift.io' } },
  { provider: 'openshift', weight: 3, signal: { in: 'nodeLabel', key: 'node.openshift.io/os_id' } },
  { provider: 'openshift', weight: 2, signal: { in: 'apiGroup', name: 'route.openshift.io' } },
  { provider: 'gke', weight: 3, signal: { in: 'version', contains: '-gke.' } },
  { provider: 'gke', weight: 2, signal: { in: 'nodeLabel', key: 'cloud.google.com/gke-nodepool' } },
  { provider: 'gke', weight: 2, signal: { in: 'host', ends: '.gke.goog' } },
  { provider: 'gke', weight: 1, signal: { in: 'providerId', starts: 'gce://' } },
  { provider: 'eks', weight: 3, signal: { in: 'version', contains: '-eks-' } },
  { provider: 'eks', weight: 2, signal: { in: 'nodeLabel', key: 'eks.amazonaws.com/nodegroup' } },
  { provider: 'eks', weight: 2, signal: { in: 'host', ends: '.eks.amazonaws.com' } },
  { provider: 'eks', weight: 1, signal: { in: 'providerId', starts: 'aws://' } },
  { provider: 'aks', weight: 2, signal: { in: 'nodeLabel', key: 'kubernetes.azure.com/cluster' } },
  { provider: 'aks', weight: 2, signal: { in: 'host', ends: '.azmk8s.io' } },
  { provider: 'aks', weight: 1, signal: { in: 'providerId', starts: 'azure://' } },
  { provider: 'k3s', weight: 3, signal: { in: 'version', contains: '+k3s' } },
  { provider: 'k3s', weight: 2, signal: { in: 'providerId', starts: 'k3s://' } },
  { provider: 'kind', weight: 3, signal: { in: 'providerId', starts: 'kind://' } },
  { provider: 'kind', weight: 1, signal: { in: 'nodeName', matches: /-control-plane\d*$/ } },
  { provider: 'minikube', weight: 3, signal: { in: 'nodeLabel', key: 'minikube.k8s.io/name' } },
  { provider: 'minikube', weight: 1, signal: { in: 'nodeName', matches: /^minikube(-m\d+)?$/ } },
];

/** The provider that most signals speak for; `other` when none is sure enough. */
export function detectProvider(signals: ProviderSignals): ClusterProvider {
  const scores = new Map<ClusterProvider, number>();
  for (const { provider, weight, signal } of providerTable)
    if (isPresent(signal, signals)) scores.set(provider, (scores.get(provider) ?? 0) + weight);
  let best: ClusterProvider = 'other';
  let bestScore = 1;
  for (const [provider, score] of scores)
    if (score > bestScore) {
      best = provider;
      bestScore = score;
    }
  return best;
}

function isPresent(signal: Signal, { server, gitVersion = '', nodes = [], apiGroups = [] }: ProviderSignals): boolean {
  switch (signal.in) {
    case 'host':
      return hostOf(server).endsWith(signal.ends);
    case 'version':
      return gitVersion.includes(signal.contains);
    case 'providerId':
      return nodes.some((node) => node.providerId?.startsWith(signal.starts));
    case 'nodeLabel':
      return nodes.some((node) => Object.hasOwn(node.labels, signal.key));
    case 'nodeName':
      return nodes.some((node) => signal.matches.test(node.name));
    case 'apiGroup':
      return apiGroups.includes(signal.name);
  }
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).hostname : '';
}
