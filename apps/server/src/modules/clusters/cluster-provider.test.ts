import { expect, test } from 'vitest';
import { detectProvider, type ProviderSignals } from './cluster-provider.ts';

const node = (name: string, providerId?: string, labels: Record<string, string> = {}) => ({
  name,
  labels,
  ...(providerId ? { providerId } : {}),
});

const cases: [string, ProviderSignals, ReturnType<typeof detectProvider>][] = [
  ['a GKE version suffix', { server: 'https://34.1.2.3', gitVersion: 'v1.31.4-gke.1256000' }, 'gke'],
  [
    'GKE node pools without a suffix',
    {
      server: 'https://34.1.2.3',
      gitVersion: 'v1.31.4',
      nodes: [node('n1', 'gce://p/z/n1', { 'cloud.google.com/gke-nodepool': 'a' })],
    },
    'gke',
  ],
  ['a GKE DNS endpoint alone', { server: 'https://gke-0a1b.europe-west1.gke.goog' }, 'gke'],
  [
    'an EKS host and version',
    { server: 'https://AB12.gr7.eu-west-1.eks.amazonaws.com', gitVersion: 'v1.30.1-eks-036c24b' },
    'eks',
  ],
  ['an EKS host that only looks like it', { server: 'https://eks.amazonaws.com.example.org' }, 'other'],
  [
    'kOps on AWS machines is not EKS',
    { server: 'https://api.kops.example.com', gitVersion: 'v1.30.1', nodes: [node('i-1', 'aws:///eu-west-1a/i-1')] },
    'other',
  ],
  ['AKS by host', { server: 'https://shop-dns-1.hcp.westeurope.azmk8s.io:443' }, 'aks'],
  [
    'AKS by node label behind a private name',
    {
      server: 'https://10.0.0.4',
      nodes: [node('aks-1', 'azure:///subscriptions/x', { 'kubernetes.azure.com/cluster': 'MC_x' })],
    },
    'aks',
  ],
  [
    'OpenShift on AWS',
    {
      server: 'https://api.ocp.example.com:6443',
      nodes: [node('ip-1', 'aws:///eu/i-1')],
      apiGroups: ['config.openshift.io', 'route.openshift.io'],
    },
    'openshift',
  ],
  ['k3s', { server: 'https://192.168.1.4:6443', gitVersion: 'v1.31.2+k3s1' }, 'k3s'],
  [
    'kind',
    {
      server: 'https://127.0.0.1:40123',
      gitVersion: 'v1.31.0',
      nodes: [node('dev-control-plane', 'kind://docker/dev/dev-control-plane')],
    },
    'kind',
  ],
  ['a control-plane node name alone', { server: 'https://10.0.0.1', nodes: [node('prod-control-plane')] }, 'other'],
  [
    'minikube',
    {
      server: 'https://192.168.49.2:8443',
      nodes: [node('minikube', undefined, { 'minikube.k8s.io/name': 'minikube' })],
    },
    'minikube',
  ],
  ['the simulated cluster', { server: 'http://127.0.0.1:4000', gitVersion: 'v1.34.0-pilothouse-sim' }, 'simulated'],
  ['nothing known', { server: 'https://kubernetes.example.com', gitVersion: 'v1.31.0' }, 'other'],
  ['an address that is none', { server: '::' }, 'other'],
];

test.each(cases)('%s', (_name, signals, provider) => {
  expect(detectProvider(signals)).toBe(provider);
});
