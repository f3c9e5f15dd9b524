import { describe, expect, it } from 'vitest';
import { behaviourName, behaviourOf, behaviours } from './container-behaviour.ts';
import type { PodParts } from './shell/container-world.ts';

const podOf = (image: string, annotations: Record<string, string> = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', uid: 'u', annotations },
    spec: { containers: [{ name: 'main', image }] },
  }) as PodParts;

describe('the behaviour of a container', () => {
  it.each([
    { image: 'sim/crash:1', name: 'crash' },
    { image: 'registry.example.com/sim/oom:latest', name: 'oom' },
    { image: 'sim/failing-job@sha256:abc', name: 'failing-job' },
    { image: 'acme/sim/slow', name: 'slow' },
    { image: 'acme/simulator/crash:1', name: undefined },
    { image: 'sim/constructor:1', name: undefined },
    { image: 'nginx', name: undefined },
  ])('of $image is $name', ({ image, name }) => {
    expect(behaviourName(podOf(image), { name: 'main', image })).toBe(name);
  });

  it('can be chosen by annotation, for the pod or one container', () => {
    const annotations = { 'kubesim.pilothouse.dev/behaviour': 'crash', 'kubesim.pilothouse.dev/behaviour.side': 'oom' };
    const pod = podOf('nginx', annotations);
    expect(behaviourName(pod, { name: 'main', image: 'nginx' })).toBe('crash');
    expect(behaviourName(pod, { name: 'side', image: 'nginx' })).toBe('oom');
  });

  it('is refined by annotations', () => {
    const pod = podOf('sim/job:1', {
      'kubesim.pilothouse.dev/exit-after-seconds': '100',
      'kubesim.pilothouse.dev/exit-code': '3',
      'kubesim.pilothouse.dev/log-format': 'access',
    });
    const behaviour = behaviourOf(pod, { name: 'main', image: 'sim/job:1' }, 0);
    expect(behaviour.exit).toMatchObject({ code: 3, reason: 'Error' });
    expect(behaviour.exit?.after).toBeGreaterThan(79);
    expect(behaviour.logs).toBe('access');
  });

  it('is the same each time it is asked for', () => {
    const pod = podOf('sim/crash:1');
    expect(behaviourOf(pod, { name: 'main', image: 'sim/crash:1' }, 2)).toEqual(
      behaviourOf(pod, { name: 'main', image: 'sim/crash:1' }, 2),
    );
  });

  it('is described for each name', () => {
    for (const { what } of Object.values(behaviours)) expect(what).toMatch(/^[a-z].+/);
  });
});
