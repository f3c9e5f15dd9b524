import type { ResourceKind } from '@pilothouse/contract';
import { describe, expect, it } from 'vitest';
import { findKind, objectLabel } from './kind-lookup.ts';

function kind(resource: string, kindName: string, more: Partial<ResourceKind> = {}): ResourceKind {
  const [plural = '', ...group] = resource.split('.');
  return {
    resource,
    plural,
    group: group.join('.'),
    version: 'v1',
    kind: kindName,
    singular: kindName.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    verbs: [],
    subresources: [],
    custom: false,
    clusters: ['a'],
    ...more,
  };
}

const kinds = [
  kind('pods', 'Pod', { shortNames: ['po'] }),
  kind('services', 'Service', { shortNames: ['svc'] }),
  kind('services.serving.knative.dev', 'Service', { custom: true, shortNames: ['ksvc'] }),
  kind('deployments.apps', 'Deployment', { shortNames: ['deploy'] }),
  kind('pods.metrics.k8s.io', 'PodMetrics', { custom: true }),
];

describe('findKind', () => {
  it.each([
    ['pods', 'pods'],
    ['po', 'pods'],
    ['Pod', 'pods'],
    ['deploy', 'deployments.apps'],
    ['deployments.apps', 'deployments.apps'],
    ['deployments.v1.apps', 'deployments.apps'],
    ['service', 'services'],
    ['services.serving.knative.dev', 'services.serving.knative.dev'],
    ['pods.metrics.k8s.io', 'pods.metrics.k8s.io'],
    ['pods.v1', 'pods'],
  ])('finds %s', (text, resource) => {
    expect(findKind(kinds, text).resource).toBe(resource);
  });

  it('says what was probably meant', () => {
    expect(() => findKind(kinds, 'deploymnts')).toThrow(
      expect.objectContaining({ kind: 'not-found', extra: { next: expect.stringContaining('deployment') } }),
    );
    expect(() => findKind(kinds, 'xyzzy')).toThrow(
      expect.objectContaining({ extra: { next: expect.stringContaining('pilothouse kinds') } }),
    );
  });
});

describe('objectLabel', () => {
  it('names objects as kubectl does', () => {
    expect(objectLabel({ kind: 'Pod', group: '' }, 'a')).toBe('pod/a');
    expect(objectLabel({ kind: 'Deployment', group: 'apps' }, 'web')).toBe('deployment.apps/web');
  });
});
