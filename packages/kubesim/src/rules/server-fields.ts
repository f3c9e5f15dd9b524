import { randomInt, randomUUID } from 'node:crypto';
import type { KubeObject } from '@pilothouse/kube';

/** Holds a CRD until the last object of its kind is gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

type Fields = Record<string, unknown>;

/** What the API server itself fills in beyond static defaults: allocated addresses and ports, first phases, QoS, tokens' names. */
export function fillServerFields(resource: string, object: KubeObject, now: number): void {
  const spec = object.spec as Fields | undefined;
  if (resource === 'services' && spec !== undefined) fillService(spec);
  if (resource === 'namespaces' && spec?.finalizers === undefined) {
    object.spec = { ...spec, finalizers: ['kubernetes'] };
  }
  if (resource === 'pods' && spec !== undefined) object.status = { phase: 'Pending', qosClass: qosClass(spec) };
  if (resource === 'persistentvolumes') {
    object.status = { ...(object.status as Fields | undefined), lastPhaseTransitionTime: isoSeconds(now) };
  }
  if (resource === 'customresourcedefinitions.apiextensions.k8s.io') {
    const finalizers = object.metadata.finalizers ?? [];
    object.metadata.finalizers = [...finalizers.filter((one) => one !== cleanupFinalizer), cleanupFinalizer];
  }
  if (resource === 'jobs.batch' && spec !== undefined) fillJob(object, spec);
  if (resource === 'apiservices.apiregistration.k8s.io' && spec?.service === undefined) {
    object.status = {
      conditions: [
        {
          type: 'Available',
          status: 'True',
          lastTransitionTime: isoSeconds(now),
          reason: 'Local',
          message: 'Local APIServices are always available',
        },
      ],
    };
  }
}

function isoSeconds(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

function fillService(spec: Fields): void {
  if (spec.type === 'ExternalName') return;
  if ((spec.clusterIP ?? '') === '') spec.clusterIP = `10.96.${randomInt(256)}.${randomInt(1, 255)}`;
  spec.clusterIPs ??= [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return;
  if (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false) return;
  for (const port of (spec.ports as Fields[] | undefined) ?? []) port.nodePort ??= randomInt(30_000, 32_768);
}

function fillJob(object: KubeObject, spec: Fields): void {
  if (spec.manualSelector === true) return;
  const uid = object.metadata.uid ?? randomUUID();
  const template = (spec.template ?? {}) as { metadata?: { labels?: Record<string, string> } };
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': object.metadata.name,
    'controller-uid': uid,
    'job-name': object.metadata.name,
  };
  template.metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } };
  spec.template = template;
  spec.selector ??= { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
}

/** Guaranteed, Burstable or BestEffort by the containers' requests and limits. */
function qosClass(spec: Fields): string {
  const containers = [
    ...((spec.containers as Fields[] | undefined) ?? []),
    ...((spec.initContainers as Fields[] | undefined) ?? []),
  ];
  const resources = containers.map((one) => (one.resources ?? {}) as { requests?: Fields; limits?: Fields });
  if (resources.every((one) => Object.keys({ ...one.requests, ...one.limits }).length === 0)) return 'BestEffort';
  const guaranteed = resources.every((one) =>
    ['cpu', 'memory'].every(
      (name) =>
        one.limits?.[name] !== undefined &&
        (one.requests?.[name] === undefined || one.requests[name] === one.limits[name]),
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
