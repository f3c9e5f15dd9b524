import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelSelectorObject, matchesLabelSelector, parseLabelSelector } from './label-selector.ts';

const web = { app: 'web', tier: 'front', weight: '10', empty: '' };

describe('a label selector as text', () => {
  it.each([
    ['', true],
    ['  ', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app=db', false],
    ['app!=db', true],
    ['app!=web', false],
    ['missing!=x', true],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['!app', false],
    ['! app', false],
    ['empty=', true],
    ['empty', true],
    ['app=', false],
    ['missing=', false],
    ['app in (web,db)', true],
    ['app in (db)', false],
    ['app in ( web , db )', true],
    ['app notin (db)', true],
    ['app notin (web,db)', false],
    ['missing notin (a)', true],
    ['missing in (a)', false],
    ['empty in (,a)', true],
    ['weight>9', true],
    ['weight > 10', false],
    ['weight<11', true],
    ['app>1', false],
    ['missing>1', false],
    ['weight>-1', true],
    ['app=web,tier=front', true],
    ['app=web,tier=back', false],
    ['app in (web),tier notin (back),!x,weight<20', true],
    ['in=x', false],
    ['notin', false],
  ])('%j matches: %s', (text, expected) => {
    expect(parseLabelSelector(text).matches(web)).toBe(expected);
  });

  it.each([
    'app=web,',
    ',app=web',
    'app=web tier=front',
    'app in',
    'app in ()x',
    'app in (a',
    'app in a',
    'a=b=c',
    'weight>x',
    'weight>',
    '!',
    '!a=b',
    '=b',
    '-a=b',
    'a=-b',
    'a/b/c=d',
    'UPPER.example.com/x=_',
    `${'x'.repeat(64)}=y`,
    `a=${'x'.repeat(64)}`,
    'a b',
    '(a)',
  ])('%j is refused', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(
      expect.objectContaining({ code: 'invalid_selector', kind: 'invalid' }),
    );
  });

  it('matches objects without labels as Kubernetes does', () => {
    expect(parseLabelSelector('a!=b,!c,d notin (e)').matches(undefined)).toBe(true);
    expect(parseLabelSelector('a').matches(undefined)).toBe(false);
  });

  it('does not take inherited names for labels', () => {
    expect(parseLabelSelector('constructor').matches({})).toBe(false);
    expect(parseLabelSelector('!toString').matches({})).toBe(true);
  });

  it('never takes long on hostile text', () => {
    for (const text of [
      '('.repeat(50_000),
      `a in (${'b,'.repeat(50_000)}`,
      '!'.repeat(50_000),
      `${' '.repeat(50_000)}x y`,
      'a'.repeat(100_000),
    ]) {
      const startedAt = performance.now();
      expect(() => parseLabelSelector(text)).toThrow();
      expect(performance.now() - startedAt).toBeLessThan(1000);
    }
  });
});

describe('a label selector as an object', () => {
  it.each<[LabelSelectorObject, boolean]>([
    [{}, true],
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'x' } }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] }, true],
    [{ matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['a'] }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'DoesNotExist', values: [] }] }, false],
    [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists', values: null }] }, true],
  ])('%j matches: %s', (selector, expected) => {
    expect(matchesLabelSelector(parseLabelSelector(selector), web)).toBe(expected);
  });

  it.each<LabelSelectorObject>([
    { matchExpressions: [{ key: 'a', operator: 'In' }] },
    { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] },
    { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
    { matchExpressions: [{ key: 'a', operator: 'toString', values: ['1'] }] },
    { matchLabels: { 'not a key': 'x' } },
  ])('%j is refused', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 'invalid_selector' }));
  });

  it('says the same as its text', () => {
    const word = fc.stringMatching(/^[a-z]{1,3}$/);
    const labels = fc.dictionary(word, word, { maxKeys: 3 });
    fc.assert(
      fc.property(word, fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), labels, (key, values, held) => {
        for (const [operator, text] of [
          ['In', `${key} in (${values.join(',')})`],
          ['NotIn', `${key} notin (${values.join(',')})`],
        ]) {
          const object = { matchExpressions: [{ key, operator: operator ?? '', values }] };
          expect(parseLabelSelector(object).matches(held)).toBe(parseLabelSelector(text ?? '').matches(held));
        }
      }),
    );
  });
});
