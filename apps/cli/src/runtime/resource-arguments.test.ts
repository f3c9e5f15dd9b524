import { describe, expect, it } from 'vitest';
import { parseNamedObjects, parseResourceArguments } from './resource-arguments.ts';

describe('parseResourceArguments', () => {
  it.each([
    [['pods'], [{ resource: 'pods', names: [] }]],
    [['pod', 'a', 'b'], [{ resource: 'pod', names: ['a', 'b'] }]],
    [['deploy/web'], [{ resource: 'deploy', names: ['web'] }]],
    [
      ['deploy/web', 'svc/web', 'deploy/api'],
      [
        { resource: 'deploy', names: ['web', 'api'] },
        { resource: 'svc', names: ['web'] },
      ],
    ],
    [
      ['deploy,svc'],
      [
        { resource: 'deploy', names: [] },
        { resource: 'svc', names: [] },
      ],
    ],
    [['deployments.v1.apps'], [{ resource: 'deployments.v1.apps', names: [] }]],
  ])('reads %j as kubectl does', (args, targets) => {
    expect(parseResourceArguments(args)).toEqual(targets);
  });

  it.each([
    [[], /which resource/],
    [['deploy/web', 'api'], /"api" is not resource\/name/],
    [['deploy,svc', 'web'], /Names need one resource/],
    [['deploy/'], /"deploy\/" is not/],
    [['a/b/c'], /not resource\/name/],
    [[','], /names no resource/],
  ])('refuses %j with what to type', (args, message) => {
    expect(() => parseResourceArguments(args)).toThrow(message);
  });
});

describe('parseNamedObjects', () => {
  it('never means all of a resource', () => {
    expect(parseNamedObjects(['pod', 'a', 'b'])).toEqual([
      { resource: 'pod', name: 'a' },
      { resource: 'pod', name: 'b' },
    ]);
    expect(() => parseNamedObjects(['pods'])).toThrow(/Say which pods/);
  });
});
