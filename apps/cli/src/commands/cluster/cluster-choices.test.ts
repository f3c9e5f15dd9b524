import { describe, expect, it } from 'vitest';
import { clusterName } from './add-clusters.ts';
import { parseLabels } from './cluster-labels.ts';
import { parseSelection } from './context-picker.ts';

describe('parseSelection', () => {
  it.each([
    ['1', [0]],
    ['1,3-5', [0, 2, 3, 4]],
    ['2 1 2', [1, 0]],
    ['all', [0, 1, 2, 3, 4]],
  ])('reads "%s"', (text, chosen) => {
    expect(parseSelection(text, 5)).toEqual(chosen);
  });

  it.each(['', '0', '6', '3-1', 'x', '1-'])('refuses "%s"', (text) => {
    expect(() => parseSelection(text, 5)).toThrow();
  });
});

describe('clusterName', () => {
  it.each([
    ['prod', 'prod'],
    ['admin@Prod_EU', 'admin-prod-eu'],
    ['arn:aws:eks:eu-west-1:1234:cluster/shop', 'shop'],
    ['gke_project_europe-west1_main', 'gke-project-europe-west1-main'],
    [`${'x'.repeat(70)}`, 'x'.repeat(63)],
  ])('makes "%s" into %s', (context, name) => {
    expect(clusterName(context)).toBe(name);
  });

  it('asks for a name where none can be made', () => {
    expect(() => clusterName('数据')).toThrow(/No cluster name/);
  });
});

describe('parseLabels', () => {
  it('tells labels to set from labels to remove', () => {
    expect(parseLabels(['tier=prod', 'note=a=b', 'old-'])).toEqual({
      set: { tier: 'prod', note: 'a=b' },
      remove: ['old'],
    });
    expect(() => parseLabels(['nonsense'])).toThrow(/no label/);
  });
});
