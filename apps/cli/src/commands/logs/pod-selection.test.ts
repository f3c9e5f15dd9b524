import type { KubeObject } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { podSelectorOf } from './pod-selection.ts';

const object = (kind: string, spec: object): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name: 'x' }, spec });

describe('podSelectorOf', () => {
  it.each([
    ['Deployment', { selector: { matchLabels: { app: 'web', tier: 'front' } } }, 'app=web,tier=front'],
    ['Service', { selector: { app: 'web' } }, 'app=web'],
    [
      'Job',
      {
        selector: {
          matchExpressions: [
            { key: 'a', operator: 'In', values: ['x', 'y'] },
            { key: 'b', operator: 'NotIn', values: ['z'] },
            { key: 'c', operator: 'Exists' },
            { key: 'd', operator: 'DoesNotExist' },
          ],
        },
      },
      'a in (x,y),b notin (z),c,!d',
    ],
    ['ConfigMap', {}, undefined],
    ['Service', {}, undefined],
  ])('of a %s', (kind, spec, selector) => {
    expect(podSelectorOf(object(kind, spec))).toBe(selector);
  });
});
