import type { KubeObject } from '@pilothouse/kube';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControllers } from '../controllers/controllers.ts';
import { createSteppedClock, playUntil } from '../controllers/stepped-clock.ts';
import { createContainerProcesses } from '../runtime/container-processes.ts';
import { createSimulatedCluster, type SimulatedCluster } from '../simulated-cluster.ts';
import { labelSelectorMatcher } from '../storage/label-selector.ts';
import { createPlayedClock, type PlayedClock } from './cluster-history.ts';
import { startDemoTraffic } from './demo-traffic.ts';
import { seedShop, shopHistory } from './shop.ts';
import { type DemoFault, shopFaults } from './shop-faults.ts';
import { stagingHistory } from './staging.ts';

type Status = {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string }[];
  containerStatuses?: { name: string; state?: { waiting?: { reason?: string }; running?: object } }[];
};
type Spec = Record<string, unknown>;
const start = Date.parse('2026-05-04T10:00:00Z');

/** A cluster that played `history` on a clock that then goes on by hand. */
async function played(history: typeof shopHistory) {
  const live = createSteppedClock(start);
  const clock: PlayedClock = createPlayedClock(live);
  const cluster = createSimulatedCluster({ clock, controllers: false });
  const processes = createContainerProcesses({ clock, store: () => cluster.store });
  const { work, pace } = createControllers({ store: cluster.store, clock, processes });
  await clock.play({ work, pace }, history(cluster.store, start));
  return {
    cluster,
    work,
    live,
    advance: (seconds: number) => playUntil({ clock: live, work }, live.now() + seconds * 1000),
  };
}

const statusOf = (object: KubeObject | undefined) => object?.status as Status | undefined;
const specOf = (object: KubeObject | undefined) => (object?.spec ?? {}) as Spec;
const isTrue = (object: KubeObject, type: string) =>
  statusOf(object)?.conditions?.some((one) => one.type === type && one.status === 'True') === true;

/** What is wrong in a cluster, found without knowing what should be. */
function faultsOf({ store }: SimulatedCluster): DemoFault[] {
  const found: DemoFault[] = [];
  const add = (object: KubeObject, reason: string) =>
    found.push({ kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name, reason });
  for (const deployment of store.list('deployments.apps')) {
    const matches = labelSelectorMatcher(specOf(deployment).selector as { matchLabels: Record<string, string> });
    const pods = [...store.list('pods', deployment.metadata.namespace)].filter(
      (pod) => matches(pod.metadata.labels) && pod.metadata.deletionTimestamp === undefined,
    );
    const reasons = pods.flatMap((pod) => {
      const unscheduled = statusOf(pod)?.conditions?.find(
        (one) => one.type === 'PodScheduled' && one.status === 'False',
      )?.reason;
      const waiting = (statusOf(pod)?.containerStatuses ?? []).flatMap((one) => one.state?.waiting?.reason ?? []);
      return [
        ...(unscheduled === undefined ? [] : [unscheduled]),
        ...waiting.filter((reason) => reason !== 'ContainerCreating' && reason !== 'PodInitializing'),
      ];
    });
    const [reason] = reasons.map((one) => (one === 'ErrImagePull' ? 'ImagePullBackOff' : one));
    if (reason !== undefined) add(deployment, reason);
  }
  for (const service of store.list('services')) {
    if (specOf(service).selector === undefined) continue;
    const slices = [...store.list('endpointslices.discovery.k8s.io', service.metadata.namespace)].filter(
      (one) => one.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
    );
    if (slices.every((one) => ((one as { endpoints?: unknown[] }).endpoints ?? []).length === 0))
      add(service, 'NoEndpoints');
  }
  for (const job of store.list('jobs.batch'))
    if (isTrue(job, 'Failed')) add(job, statusOf(job)?.conditions?.find((one) => one.type === 'Failed')?.reason ?? '');
  for (const claim of store.list('persistentvolumeclaims'))
    if (statusOf(claim)?.phase !== 'Bound') add(claim, 'ProvisioningFailed');
  for (const node of store.list('nodes')) if (!isTrue(node, 'Ready')) add(node, 'NotReady');
  return found;
}

/** Every reference of a pod template that does not resolve, as `kind namespace/name`. */
function danglingReferences({ store }: SimulatedCluster): string[] {
  const missing: string[] = [];
  const need = (resource: string, namespace: string | undefined, name: unknown) => {
    if (typeof name === 'string' && store.get(resource, namespace, name) === undefined)
      missing.push(`${resource} ${namespace ?? ''}/${name}`);
  };
  for (const pod of store.list('pods')) {
    const { namespace } = pod.metadata;
    const spec = specOf(pod) as {
      serviceAccountName?: string;
      priorityClassName?: string;
      nodeName?: string;
      volumes?: Record<string, { name?: string; secretName?: string; claimName?: string }>[];
      containers: { envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[] }[];
    };
    need('serviceaccounts', namespace, spec.serviceAccountName);
    need('priorityclasses.scheduling.k8s.io', undefined, spec.priorityClassName);
    need('nodes', undefined, spec.nodeName);
    for (const volume of spec.volumes ?? []) {
      need('configmaps', namespace, volume.configMap?.name);
      need('secrets', namespace, volume.secret?.secretName);
      need('persistentvolumeclaims', namespace, volume.persistentVolumeClaim?.claimName);
    }
    for (const container of spec.containers) {
      for (const from of container.envFrom ?? []) {
        need('configmaps', namespace, from.configMapRef?.name);
        need('secrets', namespace, from.secretRef?.name);
      }
    }
  }
  for (const binding of [
    ...store.list('rolebindings.rbac.authorization.k8s.io'),
    ...store.list('clusterrolebindings.rbac.authorization.k8s.io'),
  ]) {
    const { roleRef, subjects = [] } = binding as unknown as {
      roleRef: { kind: string; name: string };
      subjects?: { kind: string; name: string; namespace?: string }[];
    };
    if (roleRef.kind === 'Role') need('roles.rbac.authorization.k8s.io', binding.metadata.namespace, roleRef.name);
    else need('clusterroles.rbac.authorization.k8s.io', undefined, roleRef.name);
    for (const subject of subjects)
      if (subject.kind === 'ServiceAccount') need('serviceaccounts', subject.namespace, subject.name);
  }
  for (const ingress of store.list('ingresses.networking.k8s.io')) {
    const spec = specOf(ingress) as {
      ingressClassName?: string;
      tls?: { secretName: string }[];
      rules?: { http: { paths: { backend: { service: { name: string } } }[] } }[];
    };
    need('ingressclasses.networking.k8s.io', undefined, spec.ingressClassName);
    for (const { secretName } of spec.tls ?? []) need('secrets', ingress.metadata.namespace, secretName);
    for (const rule of spec.rules ?? [])
      for (const path of rule.http.paths) need('services', ingress.metadata.namespace, path.backend.service.name);
  }
  for (const scaler of store.list('horizontalpodautoscalers.autoscaling'))
    need('deployments.apps', scaler.metadata.namespace, (specOf(scaler).scaleTargetRef as { name: string }).name);
  for (const set of store.list('statefulsets.apps')) need('services', set.metadata.namespace, specOf(set).serviceName);
  for (const claim of store.list('persistentvolumeclaims'))
    need('storageclasses.storage.k8s.io', undefined, specOf(claim).storageClassName);
  return [...new Set(missing)];
}

/** Without the workload that comes and goes: it restarts now and then, and is well in between. */
const steadyFaults = (cluster: SimulatedCluster) => faultsOf(cluster).filter((one) => one.name !== 'ledger-export');
const byName = (a: DemoFault, b: DemoFault) =>
  `${a.kind}/${a.namespace}/${a.name}`.localeCompare(`${b.kind}/${b.namespace}/${b.name}`);

describe('the shop', () => {
  let shop: Awaited<ReturnType<typeof played>>;
  beforeAll(async () => {
    shop = await played(shopHistory);
  });
  afterAll(() => shop.cluster.close());

  it('has exactly the faults it lists', () => {
    expect(steadyFaults(shop.cluster).sort(byName)).toEqual([...shopFaults].sort(byName));
  });

  it('has no reference that leads nowhere, but the one that is a fault', () => {
    expect(danglingReferences(shop.cluster)).toEqual(['storageclasses.storage.k8s.io /archive-hdd']);
  });

  it('is a cluster of six nodes in three zones with all kinds of workloads', () => {
    const { store } = shop.cluster;
    const zones = new Set(
      [...store.list('nodes')].map((node) => node.metadata.labels?.['topology.kubernetes.io/zone']),
    );
    expect(zones.size).toBe(3);
    expect([...store.list('nodes')]).toHaveLength(6);
    for (const [resource, least] of [
      ['deployments.apps', 12],
      ['statefulsets.apps', 4],
      ['daemonsets.apps', 4],
      ['cronjobs.batch', 4],
      ['jobs.batch', 6],
      ['ingresses.networking.k8s.io', 2],
      ['networkpolicies.networking.k8s.io', 5],
      ['horizontalpodautoscalers.autoscaling', 2],
      ['poddisruptionbudgets.policy', 4],
      ['persistentvolumes', 6],
      ['customresourcedefinitions.apiextensions.k8s.io', 2],
      ['promotions.shop.example.com', 2],
      ['resourcequotas', 1],
    ] as const) {
      expect([...store.list(resource)].length, resource).toBeGreaterThanOrEqual(least);
    }
  });

  it('has a past: old pods, releases with their revisions, runs of its CronJobs, Events of the last minutes only', () => {
    const { store } = shop.cluster;
    const database = store.get('pods', 'data', 'orders-db-0');
    expect(Date.parse(database?.metadata.creationTimestamp ?? '')).toBeLessThan(start - 19 * 86_400_000);
    expect(
      store.get('deployments.apps', 'shop', 'storefront')?.metadata.annotations?.['deployment.kubernetes.io/revision'],
    ).toBe('3');
    expect(
      [...store.list('jobs.batch', 'shop')].filter((job) => job.metadata.ownerReferences !== undefined).length,
    ).toBeGreaterThanOrEqual(5);
    const ages = [...store.list('events')].map((event) => start - Date.parse(event.metadata.creationTimestamp ?? ''));
    expect(ages.length).toBeGreaterThan(100);
    expect(Math.max(...ages)).toBeLessThan(3_600_000);
    const crashing = [...store.list('pods', 'shop')].find((pod) =>
      statusOf(pod)?.containerStatuses?.some((one) => one.state?.waiting?.reason === 'CrashLoopBackOff'),
    );
    expect(
      (crashing?.status as { containerStatuses?: { restartCount: number }[] } | undefined)?.containerStatuses?.[0]
        ?.restartCount,
    ).toBeGreaterThan(4);
  });

  it('goes on living: Events, runs and releases come, nothing piles up, and the faults stay the same', async () => {
    const { store } = shop.cluster;
    startDemoTraffic({ store, work: shop.work });
    const changes = new Map<string, number>();
    const stop = store.subscribe('*', (_, resource) => changes.set(resource, (changes.get(resource) ?? 0) + 1));
    const before = shop.cluster.size;
    await shop.advance(3600);
    stop();
    expect(changes.get('events') ?? 0).toBeGreaterThan(200);
    expect(changes.get('jobs.batch') ?? 0).toBeGreaterThan(50);
    expect(changes.get('deployments.apps') ?? 0).toBeGreaterThan(30);
    expect(changes.get('promotions.shop.example.com') ?? 0).toBeGreaterThan(2);
    expect(shop.cluster.size).toBeLessThan(before * 2);
    await shop.advance(120);
    expect(steadyFaults(shop.cluster).sort(byName)).toEqual([...shopFaults].sort(byName));
  }, 60_000);
});

describe('the shop, seeded at once', () => {
  it('comes to the same faults without a past', async () => {
    const clock = createSteppedClock(start);
    const cluster = createSimulatedCluster({ clock, controllers: false });
    const { work } = createControllers({ store: cluster.store, clock });
    await seedShop(cluster.store, { now: start });
    await playUntil({ clock, work }, start + 15 * 60_000);
    expect(
      faultsOf(cluster)
        .filter((one) => one.name !== 'ledger-export')
        .sort(byName),
    ).toEqual([...shopFaults].sort(byName));
    await cluster.close();
  });
});

describe('the staging cluster', () => {
  it('is smaller, different and whole', async () => {
    const { cluster } = await played(stagingHistory);
    expect([...cluster.store.list('nodes')].map((node) => node.metadata.name)).toEqual([
      'staging-a',
      'staging-b',
      'staging-cp',
    ]);
    expect(faultsOf(cluster)).toEqual([]);
    expect(danglingReferences(cluster)).toEqual([]);
    await cluster.close();
  });
});
