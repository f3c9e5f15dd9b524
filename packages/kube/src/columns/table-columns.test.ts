import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../kube-object.ts';
import type { ResourceType } from '../resource-type.ts';
import { compileJsonPath } from './json-path.ts';
import { tableColumns } from './table-columns.ts';

function type(name: string, kind = 'Kind', version = 'v1'): ResourceType {
  const [plural = '', ...group] = name.split('.');
  return {
    group: group.join('.'),
    version,
    plural,
    singular: '',
    kind,
    namespaced: true,
    verbs: [],
    shortNames: [],
    categories: [],
    subresources: [],
  };
}

function row(name: string, yaml: string): Record<string, unknown> {
  const { columns, cellsOf } = tableColumns(type(name));
  const object = parse(yaml) as KubeObject;
  object.metadata = { creationTimestamp: '2026-01-01T00:00:00Z', ...object.metadata };
  const cells = cellsOf(object);
  return Object.fromEntries(columns.map(({ id }, index) => [id, cells[index]]));
}

describe('the columns of pods', () => {
  it.each([
    [
      'a running one',
      'status: {phase: Running, conditions: [{type: Ready, status: "True"}], containerStatuses: [{ready: true, restartCount: 2, state: {running: {}}}]}',
      '1/1',
      'Running',
      2,
    ],
    [
      'a crashing one',
      'status: {phase: Running, containerStatuses: [{ready: false, restartCount: 5, state: {waiting: {reason: CrashLoopBackOff}}}]}',
      '0/1',
      'CrashLoopBackOff',
      5,
    ],
    [
      'one that ended',
      'status: {phase: Succeeded, containerStatuses: [{ready: false, restartCount: 0, state: {terminated: {reason: Completed, exitCode: 0}}}]}',
      '0/1',
      'Completed',
      0,
    ],
    [
      'one killed by a signal',
      'status: {phase: Failed, containerStatuses: [{ready: false, state: {terminated: {signal: 9, exitCode: 137}}}]}',
      '0/1',
      'Signal:9',
      0,
    ],
    [
      'one that failed',
      'status: {phase: Failed, containerStatuses: [{ready: false, state: {terminated: {exitCode: 3}}}]}',
      '0/1',
      'ExitCode:3',
      0,
    ],
    ['an evicted one', 'status: {phase: Failed, reason: Evicted}', '0/1', 'Evicted', 0],
    ['a waiting one', 'status: {phase: Pending}', '0/1', 'Pending', 0],
    ['one without a status', 'x: 1', '0/1', 'Unknown', 0],
  ])('tell of %s', (_case, status, ready, words, restarts) => {
    expect(row('pods', `{spec: {containers: [{name: a}]}, metadata: {name: p}, ${status}}`)).toMatchObject({
      ready,
      status: words,
      restarts,
    });
  });

  it('tell how far initialisation is', () => {
    const spec = 'spec: {initContainers: [{name: a}, {name: b}], containers: [{name: c}]}';
    const done = '{name: a, state: {terminated: {exitCode: 0}}}';
    const status = (second: string) =>
      row(
        'pods',
        `{metadata: {name: p}, ${spec}, status: {phase: Pending, initContainerStatuses: [${done}, ${second}], containerStatuses: [{state: {waiting: {reason: PodInitializing}}}]}}`,
      ).status;
    expect(status('{name: b, state: {running: {}}}')).toBe('Init:1/2');
    expect(status('{name: b, state: {waiting: {reason: PodInitializing}}}')).toBe('Init:1/2');
    expect(status('{name: b, state: {waiting: {reason: CrashLoopBackOff}}}')).toBe('Init:CrashLoopBackOff');
    expect(status('{name: b, state: {terminated: {exitCode: 2, reason: Error}}}')).toBe('Init:Error');
  });

  it('count sidecars (init containers that always restart) among the ready', () => {
    const pod = `{metadata: {name: p}, spec: {initContainers: [{name: mesh, restartPolicy: Always}], containers: [{name: c}]},
      status: {phase: Running, conditions: [{type: Initialized, status: "True"}], initContainerStatuses: [{name: mesh, ready: true, started: true, restartCount: 1, state: {running: {}}}],
      containerStatuses: [{name: c, ready: true, restartCount: 0, state: {running: {}}}]}}`;
    expect(row('pods', pod)).toMatchObject({ ready: '2/2', status: 'Running', restarts: 1 });
  });

  it('say Terminating while one is being deleted', () => {
    const pod = (status: string) =>
      row('pods', `{metadata: {name: p, deletionTimestamp: x}, spec: {}, status: {${status}}}`).status;
    expect(pod('phase: Running')).toBe('Terminating');
    expect(pod('phase: Running, reason: NodeLost')).toBe('Unknown');
    expect(pod('phase: Succeeded')).toBe('Succeeded');
  });

  it('are those of kubectl, the wide ones last', () => {
    const { columns } = tableColumns(type('pods'));
    expect(columns.filter(({ priority }) => priority === 0).map(({ label }) => label)).toEqual([
      'Ready',
      'Status',
      'Restarts',
      'Age',
    ]);
    expect(columns.filter(({ priority }) => priority > 0).map(({ id }) => id)).toContain('node');
  });
});

describe('the columns of other kinds', () => {
  it.each<[string, string, Record<string, unknown>]>([
    [
      'deployments.apps',
      '{metadata: {name: a}, spec: {replicas: 3}, status: {readyReplicas: 2, updatedReplicas: 3}}',
      { ready: '2/3', upToDate: 3, available: 0 },
    ],
    ['deployments.apps', '{metadata: {name: a}, spec: {}}', { ready: '0/1' }],
    [
      'jobs.batch',
      '{metadata: {name: a}, spec: {completions: 2}, status: {succeeded: 1, startTime: "2026-01-01T00:00:00Z", completionTime: "2026-01-01T00:01:30Z"}}',
      { status: 'Running', completions: '1/2', duration: 90 },
    ],
    [
      'cronjobs.batch',
      '{metadata: {name: a}, spec: {schedule: "* * * * *", suspend: true}, status: {active: [{}]}}',
      { schedule: '* * * * *', suspend: true, active: 1, lastSchedule: null },
    ],
    [
      'services',
      '{metadata: {name: a}, spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ports: [{port: 80, nodePort: 30080, protocol: TCP}]}}',
      { externalIp: '<pending>', ports: '80:30080/TCP' },
    ],
    [
      'services',
      '{metadata: {name: a}, spec: {type: ExternalName, externalName: example.com}}',
      { externalIp: 'example.com', ports: null },
    ],
    [
      'ingresses.networking.k8s.io',
      '{metadata: {name: a}, spec: {rules: [{host: a.com}, {host: a.com}, {host: b.com}], tls: [{}]}}',
      { hosts: 'a.com, b.com', ports: '80, 443', address: null },
    ],
    [
      'nodes',
      '{metadata: {name: a, labels: {node-role.kubernetes.io/worker: ""}}, spec: {unschedulable: true}, status: {conditions: [{type: Ready, status: "True"}], allocatable: {cpu: 3920m, memory: 16Gi}}}',
      { status: 'Ready, SchedulingDisabled', roles: 'worker', cpu: 3.92, memory: 17179869184 },
    ],
    [
      'persistentvolumeclaims',
      '{metadata: {name: a}, status: {phase: Bound, capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce]}}',
      { capacity: 10737418240, accessModes: 'RWO' },
    ],
    ['secrets', '{metadata: {name: a}, type: Opaque, data: {a: 1, b: 2}}', { type: 'Opaque', data: 2 }],
    [
      'events',
      '{metadata: {name: a}, type: Warning, reason: BackOff, involvedObject: {kind: Pod, name: web}, message: m, count: 4, lastTimestamp: "2026-01-02T00:00:00Z"}',
      { object: 'pod/web', count: 4, lastSeen: '2026-01-02T00:00:00Z' },
    ],
    [
      'events.events.k8s.io',
      '{metadata: {name: a}, regarding: {kind: Pod, name: web}, note: n, series: {count: 7, lastObservedTime: "2026-01-03T00:00:00Z"}}',
      { object: 'pod/web', message: 'n', count: 7, lastSeen: '2026-01-03T00:00:00Z' },
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      '{metadata: {name: a}, spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 5, metrics: [{type: Resource, resource: {name: cpu, target: {averageUtilization: 80}}}]}, status: {currentMetrics: [{resource: {name: cpu, current: {averageUtilization: 31}}}]}}',
      { reference: 'Deployment/web', currentCpu: 31, targetCpu: 80 },
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      '{metadata: {name: a}, spec: {targetCPUUtilizationPercentage: 70}, status: {currentCPUUtilizationPercentage: 12}}',
      { currentCpu: 12, targetCpu: 70 },
    ],
    ['unknownthings.example.com', '{metadata: {name: a}}', { age: '2026-01-01T00:00:00Z' }],
  ])('%s %s', (name, yaml, expected) => {
    expect(row(name, yaml)).toMatchObject(expected);
  });

  it('never throw and always give one scalar per column, whatever an object says', () => {
    const names = [
      'pods',
      'deployments.apps',
      'daemonsets.apps',
      'jobs.batch',
      'cronjobs.batch',
      'services',
      'ingresses.networking.k8s.io',
      'endpoints',
      'endpointslices.discovery.k8s.io',
      'networkpolicies.networking.k8s.io',
      'nodes',
      'events',
      'persistentvolumes',
      'persistentvolumeclaims',
      'horizontalpodautoscalers.autoscaling',
      'rolebindings.rbac.authorization.k8s.io',
      'resourcequotas',
      'apiservices.apiregistration.k8s.io',
      'customresourcedefinitions.apiextensions.k8s.io',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        (name, spec, status, other) => {
          const { columns, cellsOf } = tableColumns(type(name));
          const cells = cellsOf({
            apiVersion: 'v1',
            kind: 'X',
            metadata: { name: 'x' },
            spec,
            status,
            subsets: other,
            endpoints: other,
            ports: other,
            subjects: other,
            roleRef: other,
            series: other,
          });
          expect(cells).toHaveLength(columns.length);
          for (const cell of cells)
            expect(cell === null || ['string', 'number', 'boolean'].includes(typeof cell)).toBe(true);
        },
      ),
    );
  });

  it('have an id of their own each', () => {
    for (const name of ['pods', 'nodes', 'events', 'daemonsets.apps', 'replicationcontrollers']) {
      const ids = tableColumns(type(name)).columns.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('the printer columns of a custom resource', () => {
  const definition = parse(`
metadata: {name: widgets.example.com}
spec:
  versions:
    - name: v1
      additionalPrinterColumns:
        - {name: Size, type: integer, jsonPath: .spec.size}
        - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status', description: Whether it is.}
        - {name: Health, type: string, jsonPath: .status.health}
        - {name: Memory, type: string, format: quantity, jsonPath: .spec.memory}
        - {name: Renewal Time, type: date, jsonPath: .status.renewal, priority: 1}
        - {name: Broken, type: string, jsonPath: '.spec[(@.length-1)]'}
        - {name: Name, type: string, jsonPath: .metadata.name}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    - {name: v2}`) as KubeObject;
  const { columns, cellsOf } = tableColumns(type('widgets.example.com'), definition);

  it('are as declared, in order; those that cannot be read are left out', () => {
    expect(columns.map(({ id, type: kind, priority }) => [id, kind, priority])).toEqual([
      ['size', 'number', 0],
      ['ready', 'text', 0],
      // "health" is a column of every table already.
      ['health2', 'text', 0],
      ['memory', 'quantity', 0],
      ['renewalTime', 'age', 1],
      ['age', 'age', 0],
    ]);
    expect(columns[1]?.description).toBe('Whether it is.');
  });

  it('have typed cells, and null for what has another type', () => {
    const object = parse(
      '{metadata: {name: w, creationTimestamp: "2026-01-01T00:00:00Z"}, spec: {size: 3, memory: 1Gi}, status: {health: ok, renewal: soon, conditions: [{type: Other, status: "x"}, {type: Ready, status: "True"}]}}',
    ) as KubeObject;
    expect(cellsOf(object)).toEqual([3, 'True', 'ok', 1073741824, null, '2026-01-01T00:00:00Z']);
    expect(cellsOf({ apiVersion: '', kind: '', metadata: { name: 'x' }, spec: { size: 'many' } })).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('of a version without any is Age', () => {
    expect(tableColumns(type('widgets.example.com', 'Widget', 'v2'), definition).columns.map(({ id }) => id)).toEqual([
      'age',
    ]);
  });
});

describe('a JSONPath', () => {
  const root = {
    spec: {
      size: 3,
      'a.b/c': 1,
      list: [
        { name: 'x', v: 1 },
        { name: 'y', v: 2 },
      ],
    },
    metadata: { annotations: { 'example.com/key': 'z' } },
  };
  it.each<[string, unknown[]]>([
    ['.spec.size', [3]],
    ['spec.size', [3]],
    ['$.spec.size', [3]],
    ['{.spec.size}', [3]],
    [".spec['a.b/c']", [1]],
    ['.spec["a.b/c"]', [1]],
    ['.metadata.annotations.example\\.com/key', ['z']],
    ['.spec.list[0].name', ['x']],
    ['.spec.list[-1].name', ['y']],
    ['.spec.list[*].v', [1, 2]],
    ['.spec.list[?(@.name=="y")].v', [2]],
    [".spec.list[?(@.name!='y')].v", [1]],
    ['.spec.list[?(@.v==2)].name', ['y']],
    ['.spec.missing.deep', []],
    ['.spec.constructor', []],
    ['.spec.list.name', []],
  ])('%s', (path, expected) => {
    expect(compileJsonPath(path)?.(root)).toEqual(expected);
  });

  it.each(['', '.', '..spec', '.spec[', '.spec[(@.length-1)]', '.spec[?(@.a>1)]', '.a[0:2]', 'x'.repeat(2000)])(
    '%s is not read',
    (path) => {
      expect(compileJsonPath(path)).toBeUndefined();
    },
  );
});
