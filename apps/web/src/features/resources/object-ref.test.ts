// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { kubectlCommand, parseRefId, refId, refParams } from './object-ref.ts';

describe('an object’s name', () => {
  it('goes into a URL and back', () => {
    const pod = { cluster: 'prod', resource: 'pods', namespace: 'shop', name: 'web-1' };
    expect(refId(pod)).toBe('prod/shop/web-1');
    expect(parseRefId('pods', refId(pod))).toEqual(pod);
    const role = { cluster: 'prod', resource: 'clusterroles', namespace: '', name: 'system:node' };
    expect(parseRefId('clusterroles', refId(role))).toEqual(role);
    expect(refParams(role).namespace).toBe('-');
    expect(parseRefId('pods', 'nonsense')).toBeUndefined();
  });

  it('becomes a command that a shell takes as it is meant', () => {
    expect(kubectlCommand({ cluster: 'prod', resource: 'pods', namespace: 'shop', name: 'web-1' })).toBe(
      'kubectl --context prod -n shop get pods web-1',
    );
    expect(kubectlCommand({ cluster: 'a b', resource: 'nodes', namespace: '', name: "x'; rm" })).toBe(
      `kubectl --context 'a b' get nodes 'x'\\''; rm'`,
    );
  });
});
