import { describe, expect, it } from 'vitest';
import { labelSelectorMatcher, parseLabelSelector } from './label-selector.ts';

const labels = { app: 'web', tier: 'front', 'example.com/size': '3' };

describe('a label selector', () => {
  it.each([
    ['app=web', true],
    ['app==web', true],
    ['app=api', false],
    ['app!=api', true],
    ['missing!=x', true],
    ['app in (web, api)', true],
    ['app in (api)', false],
    ['app notin (api)', true],
    ['missing notin (x)', true],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['app=web,tier=front', true],
    ['app=web,tier=back', false],
    ['app in (web,api),!missing', true],
    ['example.com/size>2', true],
    ['example.com/size<2', false],
    ['app=', false],
  ])('%s on the labels is %s', (selector, expected) => {
    expect(parseLabelSelector(selector)?.(labels)).toBe(expected);
  });

  it('that is empty selects everything, and of nothing selects by absence', () => {
    expect(parseLabelSelector('')).toBeUndefined();
    expect(parseLabelSelector('!a')?.(undefined)).toBe(true);
  });

  it.each(['a=b=c', 'a in b', 'a b', '=x', '(a)', 'a in (b'])('%s is refused', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('as an object matches labels and expressions together', () => {
    const matches = labelSelectorMatcher({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front'] },
        { key: 'gone', operator: 'DoesNotExist' },
        { key: 'tier', operator: 'Exists' },
        { key: 'tier', operator: 'NotIn', values: ['back'] },
      ],
    });
    expect(matches(labels)).toBe(true);
    expect(matches({ ...labels, gone: 'x' })).toBe(false);
    expect(labelSelectorMatcher({})(undefined)).toBe(true);
  });
});
