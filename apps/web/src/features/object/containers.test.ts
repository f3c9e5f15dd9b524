// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { containersOf } from './containers.ts';
import { podSelector } from './pod-selector.ts';

describe('the containers of an object', () => {
  it('show a pod’s states, with what went wrong', () => {
    const rows = containersOf({
      spec: {
        containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }],
        initContainers: [{ name: 'init' }],
      },
      status: {
        containerStatuses: [
          {
            name: 'web',
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
            lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } },
          },
        ],
        initContainerStatuses: [{ name: 'init', state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
      },
    });
    expect(rows).toMatchObject([
      {
        name: 'web',
        state: 'CrashLoopBackOff',
        tone: 'bad',
        message: 'back-off',
        restarts: 3,
        last: 'Error (1)',
        ports: '80',
      },
      { name: 'init', type: 'init', state: 'Completed', tone: 'ok' },
    ]);
  });

  it('show a workload’s template without states', () => {
    const [row] = containersOf({ spec: { template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } } });
    expect(row).toMatchObject({ name: 'web', image: 'web:1', state: '' });
  });

  it.each([
    [undefined],
    [null],
    [{}],
    [{ spec: { containers: 'nonsense' } }],
    [{ spec: { containers: [null, 7] }, status: [] }],
  ])('survive %j', (object) => {
    expect(() => containersOf(object)).not.toThrow();
  });
});

describe('the selector of a workload’s pods', () => {
  it('is written as kubectl takes it', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    };
    expect(podSelector({ spec: { selector } })).toBe('app=web,tier in (a,b),!old');
    expect(podSelector({ kind: 'ReplicationController', spec: { selector: { app: 'web' } } })).toBe('app=web');
    expect(podSelector({ spec: {} })).toBeUndefined();
  });
});
