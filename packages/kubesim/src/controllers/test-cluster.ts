import type { KubeObject } from '@pilothouse/kube';
import type { ObjectStorePort } from '../object-store-port.ts';
import { createContainerProcesses } from '../runtime/container-processes.ts';
import { createPodRuntime } from '../runtime/pod-runtime.ts';
import { createSimulatedCluster } from '../simulated-cluster.ts';
import type { ClusterKinds, ClusterResource } from './cluster-kinds.ts';
import { createControllers } from './controllers.ts';
import { createSteppedClock, playUntil } from './stepped-clock.ts';

type Overrides = Record<string, unknown>;

/** A cluster with all controllers on a clock that moves by hand: what the controllers' tests work with. */
export async function createTestCluster(options: { nodes?: number; cpu?: string } = {}) {
  const clock = createSteppedClock(Date.parse('2026-03-01T12:00:00Z'));
  const processes = createContainerProcesses({ clock, store: () => cluster.store });
  const runtime = createPodRuntime({ clock, store: () => cluster.store, processes });
  const cluster = createSimulatedCluster({ clock, runtime, controllers: false });
  const { store } = cluster;
  const controllers = createControllers({ store, clock, processes });
  const { work, pace } = controllers;
  const namespace = 'default';

  function addNode(
    name: string,
    overrides: { spec?: Overrides; labels?: Record<string, string>; cpu?: string } = {},
  ): void {
    const { spec = {}, labels = {}, cpu = options.cpu ?? '8' } = overrides;
    const capacity = { cpu, memory: '32Gi', pods: '110' };
    store.create('nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
      spec,
      status: {
        capacity,
        allocatable: capacity,
        addresses: [{ type: 'InternalIP', address: `10.0.0.${[...store.list('nodes')].length + 1}` }],
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      },
    });
  }
  for (let index = 1; index <= (options.nodes ?? 3); index++) {
    addNode(`node-${index}`, { labels: { 'topology.kubernetes.io/zone': `zone-${index}` } });
  }

  return {
    clock,
    store,
    runtime,
    work,
    pace,
    controllers,
    cluster,
    addNode,
    /** Lets the cluster live for some seconds. */
    advance: (seconds: number) => playUntil({ clock, work }, clock.now() + seconds * 1000),
    create: (
      resource: string,
      object: { kind: string; metadata: Partial<KubeObject['metadata']>; [field: string]: unknown },
    ) => {
      const type = store.type(resource);
      const apiVersion =
        type === undefined || type.group === '' ? (type?.version ?? 'v1') : `${type.group}/${type.version}`;
      const metadata = type?.namespaced === true ? { namespace, ...object.metadata } : object.metadata;
      return store.create(resource, { apiVersion, ...object, metadata } as KubeObject);
    },
    get: <R extends ClusterResource>(resource: R, name: string) =>
      store.get(resource, scopeOf(store, resource, namespace), name) as ClusterKinds[R] | undefined,
    list: <R extends ClusterResource>(resource: R) =>
      [...store.list(resource)].filter(
        (one) => one.metadata.namespace === scopeOf(store, resource, namespace),
      ) as ClusterKinds[R][],
    update: <R extends ClusterResource>(resource: R, name: string, change: (draft: ClusterKinds[R]) => void) =>
      store.update(
        resource,
        { namespace: scopeOf(store, resource, namespace), name },
        change as (draft: KubeObject) => void,
      ),
    remove: (resource: ClusterResource, name: string) =>
      store.delete(resource, { namespace: scopeOf(store, resource, namespace), name }),
    /** `reason: message` of each Event about `name`, with its count behind when it came more than once. */
    events: (name: string) =>
      [...store.list('events')]
        .filter((event) => (event as { involvedObject?: { name?: string } }).involvedObject?.name === name)
        .map((event) => {
          const { reason, message, count, series } = event as {
            reason?: string;
            message?: string;
            count?: number;
            series?: { count: number };
          };
          const times = series?.count ?? count ?? 1;
          return `${reason}: ${message}${times > 1 ? ` (x${times})` : ''}`;
        }),
    close: () => cluster.close(),
  };
}

export type TestCluster = Awaited<ReturnType<typeof createTestCluster>>;

function scopeOf(store: ObjectStorePort, resource: string, namespace: string): string | undefined {
  return store.type(resource)?.namespaced === false ? undefined : namespace;
}

/** A pod template with one container. `image` chooses its behaviour. */
export function podTemplate(
  image = 'acme/web:1',
  overrides: {
    labels?: Record<string, string>;
    container?: Overrides;
    spec?: Overrides;
    annotations?: Record<string, string>;
  } = {},
) {
  const { labels = { app: 'web' }, container = {}, spec = {}, annotations } = overrides;
  return {
    metadata: { labels, ...(annotations === undefined ? {} : { annotations }) },
    spec: { containers: [{ name: 'main', image, ...container }], ...spec },
  };
}

export function podOf(name: string, image?: string, overrides?: Parameters<typeof podTemplate>[1]) {
  const { metadata, spec } = podTemplate(image, overrides);
  return { kind: 'Pod', metadata: { ...metadata, name }, spec };
}

export function deploymentOf(name: string, spec: Overrides = {}, template = podTemplate()) {
  return {
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 3, selector: { matchLabels: template.metadata.labels }, template, ...spec },
  };
}

/** The state of a pod's first container in one word: `running`, or why it waits or ended. */
export function stateOf(pod: ClusterKinds['pods'] | undefined): string {
  const state = pod?.status?.containerStatuses?.[0]?.state;
  return state?.running !== undefined ? 'running' : (state?.waiting?.reason ?? state?.terminated?.reason ?? 'none');
}
