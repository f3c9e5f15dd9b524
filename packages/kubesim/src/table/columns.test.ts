import type { KubeObject } from '@pilothouse/kube';
import { describe, expect, it } from 'vitest';
import { builtinColumns } from './builtin-columns.ts';
import { humanDuration } from './column-factory.ts';
import { compileJsonPath } from './json-path.ts';

const now = Date.UTC(2026, 0, 10);
const second = 1000;
const hour = 3600 * second;

function row(resource: string, object: Partial<KubeObject>): unknown[] {
  const whole = {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'x', creationTimestamp: '2026-01-09T00:00:00Z' },
    ...object,
  } as KubeObject;
  return builtinColumns(resource).map((column) => column.cell(whole, { now }));
}

describe('durations', () => {
  it.each([
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [125 * second, '2m5s'],
    [10 * 60 * second, '10m'],
    [179 * 60 * second, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 60 * second, '3h1m'],
    [8 * hour, '8h'],
    [47 * hour, '47h'],
    [48 * hour, '2d'],
    [49 * hour, '2d1h'],
    [8 * 24 * hour, '8d'],
    [729 * 24 * hour, '729d'],
    [(2 * 365 + 1) * 24 * hour, '2y1d'],
    [8 * 365 * 24 * hour, '8y'],
  ])('%i ms is %s', (milliseconds, expected) => {
    expect(humanDuration(milliseconds)).toBe(expected);
  });
});

describe('pods', () => {
  const pod = (status: object, spec: object = {}, metadata: object = {}) =>
    row('pods', {
      metadata: { name: 'p', creationTimestamp: '2026-01-09T23:59:00Z', ...metadata },
      spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
      status,
    }).slice(1, 4);
  const running = (name: string, more: object = {}) => ({
    name,
    ready: true,
    restartCount: 0,
    state: { running: {} },
    ...more,
  });
  const ready = [{ type: 'Ready', status: 'True' }];
  const finishedAt = '2026-01-09T23:55:00Z';

  it.each([
    ['pending', { phase: 'Pending' }, {}, {}, ['0/2', 'Pending', '0']],
    [
      'running',
      { phase: 'Running', conditions: ready, containerStatuses: [running('a'), running('b')] },
      {},
      {},
      ['2/2', 'Running', '0'],
    ],
    [
      'crash looping, with when it last crashed',
      {
        phase: 'Running',
        containerStatuses: [
          running('a'),
          {
            name: 'b',
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { finishedAt } },
          },
        ],
      },
      {},
      {},
      ['1/2', 'CrashLoopBackOff', '3 (5m ago)'],
    ],
    ['evicted', { phase: 'Failed', reason: 'Evicted' }, {}, {}, ['0/2', 'Evicted', '0']],
    [
      'terminating',
      { phase: 'Running', containerStatuses: [running('a'), running('b')] },
      {},
      { deletionTimestamp: '2026-01-10T00:00:30Z' },
      ['2/2', 'Terminating', '0'],
    ],
    [
      'killed by a signal',
      { phase: 'Failed', containerStatuses: [{ name: 'a', state: { terminated: { signal: 9, exitCode: 137 } } }] },
      {},
      {},
      ['0/2', 'Signal:9', '0'],
    ],
    [
      'half completed',
      {
        phase: 'Running',
        conditions: ready,
        containerStatuses: [{ name: 'a', state: { terminated: { reason: 'Completed', exitCode: 0 } } }, running('b')],
      },
      {},
      {},
      ['1/2', 'Running', '0'],
    ],
    [
      'initializing',
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', state: { terminated: { exitCode: 0 } } },
          { name: 'j', state: { running: {} } },
        ],
      },
      { initContainers: [{ name: 'i' }, { name: 'j' }] },
      {},
      ['0/2', 'Init:1/2', '0'],
    ],
    [
      'failing to initialize',
      {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'i', restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      },
      { initContainers: [{ name: 'i' }] },
      {},
      ['0/2', 'Init:CrashLoopBackOff', '2'],
    ],
    [
      'with a sidecar, which counts',
      {
        phase: 'Running',
        conditions: ready,
        initContainerStatuses: [{ name: 's', ready: true, started: true, restartCount: 1, state: { running: {} } }],
        containerStatuses: [running('a'), running('b')],
      },
      { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
      {},
      ['3/3', 'Running', '1'],
    ],
  ])('%s', (_what, status, spec, metadata, expected) => {
    expect(pod(status, spec, metadata)).toEqual(expected);
  });
});

describe('other kinds', () => {
  it.each([
    [
      'nodes',
      { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      ['x', 'Ready,SchedulingDisabled', '<none>', '24h'],
    ],
    [
      'services',
      {
        spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
      },
      ['x', 'LoadBalancer', '10.0.0.1', '<pending>', '80:30080/TCP'],
    ],
    [
      'jobs.batch',
      {
        spec: { completions: 3 },
        status: {
          succeeded: 3,
          startTime: '2026-01-09T00:00:00Z',
          completionTime: '2026-01-09T00:01:30Z',
          conditions: [{ type: 'Complete', status: 'True' }],
        },
      },
      ['x', 'Complete', '3/3', '90s'],
    ],
    [
      'persistentvolumeclaims',
      {
        spec: { volumeName: 'pv', storageClassName: 'fast' },
        status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
      },
      ['x', 'Bound', 'pv', '1Gi', 'RWO', 'fast', '<unset>'],
    ],
    [
      'poddisruptionbudgets.policy',
      { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } },
      ['x', '50%', 'N/A', 1],
    ],
    [
      'endpoints',
      { subsets: [{ addresses: [1, 2, 3, 4, 5].map((n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }] },
      ['x', '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...'],
    ],
    [
      'ingresses.networking.k8s.io',
      { spec: { rules: [{ host: 'a.b' }], tls: [{}] } },
      ['x', '<none>', 'a.b', '', '80, 443'],
    ],
  ])('%s', (resource, object, expected) => {
    expect(row(resource, object).slice(0, expected.length)).toEqual(expected);
  });
});

describe('JSON paths of printer columns', () => {
  const object = {
    spec: {
      list: [
        { n: 'a', v: 1 },
        { n: 'b', v: 2 },
      ],
      'dotted.key': 'x',
    },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Sync', status: 'False' },
      ],
    },
  };
  it.each([
    ['.spec.list[0].n', ['a']],
    ['.spec.list[-1].n', ['b']],
    ['.spec.list[*].v', [1, 2]],
    ["{.spec['dotted.key']}", ['x']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ["$.status.conditions[?(@.type!='Ready')].type", ['Sync']],
    ['.spec.missing.deeper', []],
    ['.spec[', []],
    ['.constructor.prototype', []],
  ])('%s finds %j', (path, expected) => {
    expect(compileJsonPath(path)(object)).toEqual(expected);
  });
});
