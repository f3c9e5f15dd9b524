import type { ServicePort } from 'kubernetes-types/core/v1.d.ts';
import type { Endpoint, EndpointPort } from 'kubernetes-types/discovery/v1.d.ts';
import { jsonEqual } from '../../rules/json-equal.ts';
import { nameSuffix } from '../../rules/name-suffix.ts';
import type { EndpointSlice, Pod, Service } from '../cluster-kinds.ts';
import { controllerReference, refOf, splitKey } from '../cluster-store.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { isReady } from '../pod-control.ts';
import { timestamp } from '../timestamps.ts';
import { createServiceIndex } from './service-index.ts';

const manager = 'kube-controller-manager';
const managedBy = 'endpointslice-controller.k8s.io';
const perSlice = 100;

/** Keeps EndpointSlices (and the older Endpoints) of each Service with a selector in step with its pods and their readiness. */
export function startEndpointController({ store, clock, work }: ControllerDeps): void {
  const queue = work.queue('endpointslice', reconcile);
  const index = createServiceIndex(store, (key, delay) => queue.add(key, delay));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const service = store.get('services', namespace, name);
    if (service === undefined || service.spec.type === 'ExternalName' || service.spec.selector === undefined) {
      if (service === undefined && namespace !== undefined) removeAll(namespace, name);
      return;
    }
    const pods = index.podsOf(service).filter((pod) => pod.status?.podIP !== undefined && !isOver(pod));
    pods.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    writeSlices(service, pods);
    writeEndpoints(service, pods);
  }

  /** What the garbage collector does for slices; Endpoints have no owner. */
  function removeAll(namespace: string, name: string): void {
    const endpoints = store.get('endpoints', namespace, name);
    if (endpoints !== undefined) store.delete('endpoints', refOf(endpoints));
  }

  function writeSlices(service: Service, pods: readonly Pod[]): void {
    const namespace = service.metadata.namespace ?? 'default';
    const existing = store.owned('endpointslices.discovery.k8s.io', service.metadata.uid);
    existing.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const groups = groupByPorts(service, pods);
    for (const [at, group] of groups.entries()) {
      const known = existing[at];
      const endpoints = group.pods.map((pod) => endpointOf(service, pod));
      const labels = {
        ...service.metadata.labels,
        'endpointslice.kubernetes.io/managed-by': managedBy,
        'kubernetes.io/service-name': service.metadata.name,
        ...(service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
      };
      const annotations = triggerTime(group.pods);
      if (known === undefined) {
        store.create(
          'endpointslices.discovery.k8s.io',
          {
            apiVersion: 'discovery.k8s.io/v1',
            kind: 'EndpointSlice',
            metadata: {
              name: `${service.metadata.name}-${nameSuffix()}`,
              generateName: `${service.metadata.name}-`,
              namespace,
              labels,
              ...(annotations === undefined ? {} : { annotations }),
              ownerReferences: [controllerReference(service)],
            },
            addressType: 'IPv4',
            endpoints,
            ports: group.ports,
          },
          { manager },
        );
      } else if (
        !jsonEqual(known.endpoints ?? [], endpoints) ||
        !jsonEqual(known.ports ?? [], group.ports) ||
        !jsonEqual(known.metadata.labels, labels)
      ) {
        store.update(
          'endpointslices.discovery.k8s.io',
          refOf(known),
          (draft: EndpointSlice) => {
            draft.endpoints = endpoints;
            draft.ports = group.ports;
            draft.metadata.labels = labels;
            if (annotations !== undefined)
              draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
          },
          { manager },
        );
      }
    }
    for (const surplus of existing.slice(groups.length))
      store.delete('endpointslices.discovery.k8s.io', refOf(surplus));
  }

  function endpointOf(service: Service, pod: Pod): Endpoint {
    const terminating = pod.metadata.deletionTimestamp !== undefined;
    const ready = isReady(pod);
    const node = store.get('nodes', undefined, pod.spec.nodeName ?? '');
    const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
    const inDomain = pod.spec.hostname !== undefined && pod.spec.subdomain === service.metadata.name;
    return {
      addresses: [pod.status?.podIP ?? ''],
      conditions: {
        ready: (ready && !terminating) || service.spec.publishNotReadyAddresses === true,
        serving: ready,
        terminating,
      },
      ...(inDomain && pod.spec.hostname !== undefined ? { hostname: pod.spec.hostname } : {}),
      ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
      targetRef: targetOf(pod),
      ...(zone === undefined ? {} : { zone }),
    };
  }

  function writeEndpoints(service: Service, pods: readonly Pod[]): void {
    const ref = { namespace: service.metadata.namespace ?? 'default', name: service.metadata.name };
    const subsets = groupByPorts(
      service,
      pods.filter((pod) => pod.metadata.deletionTimestamp === undefined),
    )
      .filter((group) => group.pods.length > 0)
      .map((group) => {
        const address = (pod: Pod) => ({
          ip: pod.status?.podIP ?? '',
          ...(pod.spec.hostname !== undefined && pod.spec.subdomain === service.metadata.name
            ? { hostname: pod.spec.hostname }
            : {}),
          ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
          targetRef: targetOf(pod),
        });
        const counts = (pod: Pod) => isReady(pod) || service.spec.publishNotReadyAddresses === true;
        const addresses = group.pods.filter(counts).map(address);
        const notReadyAddresses = group.pods.filter((pod) => !counts(pod)).map(address);
        return {
          ...(addresses.length === 0 ? {} : { addresses }),
          ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
          ports: group.ports.map(({ port = 0, ...rest }) => ({ ...rest, port })),
        };
      });
    const known = store.get('endpoints', ref.namespace, ref.name);
    if (known !== undefined && jsonEqual(known.subsets ?? [], subsets)) return;
    const annotations = { 'endpoints.kubernetes.io/last-change-trigger-time': timestamp(clock.now()) };
    if (known === undefined) {
      const metadata = {
        ...ref,
        annotations,
        ...(service.metadata.labels === undefined ? {} : { labels: { ...service.metadata.labels } }),
      };
      store.create(
        'endpoints',
        { apiVersion: 'v1', kind: 'Endpoints', metadata, ...(subsets.length === 0 ? {} : { subsets }) },
        { manager },
      );
      return;
    }
    store.update(
      'endpoints',
      ref,
      (draft) => {
        if (subsets.length === 0) delete draft.subsets;
        else draft.subsets = subsets;
        draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
      },
      { manager },
    );
  }

  function triggerTime(pods: readonly Pod[]): Record<string, string> | undefined {
    return pods.length === 0
      ? undefined
      : { 'endpoints.kubernetes.io/last-change-trigger-time': timestamp(clock.now()) };
  }
}

type PortGroup = { ports: EndpointPort[]; pods: Pod[] };

/** Pods that resolve the Service's named ports alike share slices of at most 100. A Service without pods keeps one empty slice. */
function groupByPorts(service: Service, pods: readonly Pod[]): PortGroup[] {
  const groups = new Map<string, PortGroup[]>();
  for (const pod of pods) {
    const ports = (service.spec.ports ?? []).flatMap((port) => endpointPort(port, pod) ?? []);
    const key = JSON.stringify(ports);
    const list = groups.get(key) ?? [];
    groups.set(key, list);
    const last = list.at(-1);
    if (last !== undefined && last.pods.length < perSlice) last.pods.push(pod);
    else list.push({ ports, pods: [pod] });
  }
  const all = [...groups.values()].flat();
  return all.length > 0 ? all : [{ ports: [], pods: [] }];
}

function endpointPort(port: ServicePort, pod: Pod): EndpointPort | undefined {
  const number = targetPort(port, pod);
  if (number === undefined) return undefined;
  return {
    name: port.name ?? '',
    port: number,
    protocol: port.protocol ?? 'TCP',
    ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
  };
}

function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  for (const container of pod.spec.containers) {
    const found = container.ports?.find(
      (one) => one.name === target && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (found !== undefined) return found.containerPort;
  }
  return /^[0-9]+$/.test(target) ? Number(target) : undefined;
}

function targetOf(pod: Pod) {
  return {
    kind: 'Pod',
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
  };
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
