// @vitest-environment node
import type { ResourceKind } from '@pilothouse/contract';
import { describe, expect, it } from 'vitest';
import { groupKinds, kindPlural } from './kind-groups.ts';

const kind = (resource: string, name: string, change: Partial<ResourceKind> = {}): ResourceKind => {
  const [plural = resource, ...group] = resource.split('.');
  return {
    resource,
    plural,
    group: group.join('.'),
    version: 'v1',
    kind: name,
    singular: name.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    verbs: ['list', 'get'],
    subresources: [],
    custom: false,
    clusters: ['prod'],
    ...change,
  };
};

describe('the list of kinds', () => {
  it('groups built-in kinds by topic and custom ones by their API group, and leaves out what cannot be listed', () => {
    const groups = groupKinds([
      kind('services', 'Service'),
      kind('pods', 'Pod'),
      kind('tokenreviews.authentication.k8s.io', 'TokenReview', { verbs: ['create'] }),
      kind('flowschemas.flowcontrol.apiserver.k8s.io', 'FlowSchema'),
      kind('certificates.cert-manager.io', 'Certificate', { custom: true }),
    ]);
    expect(groups.map((group) => [group.label, group.kinds.map((each) => each.kind)])).toEqual([
      ['Workloads', ['Pod']],
      ['Network', ['Service']],
      ['More', ['FlowSchema']],
      ['cert-manager.io', ['Certificate']],
    ]);
  });

  it.each([
    ['Pod', 'pods', 'Pods'],
    ['NetworkPolicy', 'networkpolicies', 'NetworkPolicies'],
    ['Ingress', 'ingresses', 'Ingresses'],
    ['Endpoints', 'endpoints', 'Endpoints'],
    ['CSIDriver', 'csidrivers', 'CSIDrivers'],
  ])('%s is %s in the plural, %s', (name, plural, expected) => {
    expect(kindPlural({ kind: name, plural })).toBe(expected);
  });
});
