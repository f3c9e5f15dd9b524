// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { accessOf, clusterNamePattern, emptyDraft, missingFields, suggestName } from './access-draft.ts';

describe('an access that is being entered', () => {
  it('sends only what its means takes and what was filled in', () => {
    const draft = { ...emptyDraft, server: 'https://k8s', token: 'secret', clientId: 'left over' };
    expect(accessOf('token', draft)).toEqual({ type: 'token', server: 'https://k8s', token: 'secret' });
    expect(accessOf('in-cluster', draft)).toEqual({ type: 'in-cluster' });
    expect(accessOf('simulated', draft)).toEqual({ type: 'simulated', profile: 'shop' });
  });

  it('names what is still missing', () => {
    expect(missingFields('oidc', { ...emptyDraft, server: 'https://k8s', clientId: 'x' })).toEqual([
      'issuer',
      'refreshToken',
    ]);
    expect(missingFields('simulated', emptyDraft)).toEqual([]);
  });
});

describe('a name suggested for a context', () => {
  it.each([
    ['prod', [], 'prod'],
    ['prod', ['prod', 'prod-2'], 'prod-3'],
    ['arn:aws:eks:eu-west-1:1:cluster/Prod_EU', [], 'prod-eu'],
    ['kubernetes-admin@kubernetes', [], 'kubernetes-admin-kubernetes'],
    ['###', [], 'cluster'],
  ])('%s beside %j is %s', (context, taken, expected) => {
    const name = suggestName(context, taken);
    expect(name).toBe(expected);
    expect(name).toMatch(clusterNamePattern);
  });
});
