import type { KubeObject } from '@pilothouse/kube';
import { podSpecDefaults, podTemplateDefaults } from './pod-defaults.ts';
import { type Fields, setDefaults } from './set-defaults.ts';

/** Fills the static defaults of the built-in kinds in place (the API server's defaulting functions). */
export function applyDefaults(resource: string, object: KubeObject): void {
  defaulters[resource]?.(object as unknown as Fields);
}

function specOf(object: Fields): Fields {
  object.spec ??= {};
  return object.spec as Fields;
}

function statusOf(object: Fields): Fields {
  object.status ??= {};
  return object.status as Fields;
}

/** A workload without labels takes those of its pods. */
function labelsFromTemplate(object: Fields): void {
  const metadata = object.metadata as { labels?: Fields };
  const template = specOf(object).template as { metadata?: { labels?: Fields } } | undefined;
  const labels = template?.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

function selectorFromTemplate(spec: Fields): void {
  const labels = (spec.template as { metadata?: { labels?: Fields } } | undefined)?.metadata?.labels;
  if (labels !== undefined) spec.selector ??= { ...labels };
}

const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%' };

const defaulters: Record<string, (object: Fields) => void> = {
  namespaces(object) {
    const metadata = object.metadata as { name: string; labels?: Fields };
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    setDefaults(statusOf(object), { phase: 'Active' });
  },
  pods(object) {
    podSpecDefaults(specOf(object));
    setDefaults(specOf(object), { enableServiceLinks: true });
  },
  podtemplates: (object) => podTemplateDefaults(object),
  'deployments.apps'(object) {
    const spec = specOf(object);
    podTemplateDefaults(spec);
    setDefaults(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = spec.strategy as Fields;
    setDefaults(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      setDefaults(strategy.rollingUpdate as Fields, rollingUpdate);
    }
  },
  'replicasets.apps'(object) {
    podTemplateDefaults(specOf(object));
    setDefaults(specOf(object), { replicas: 1 });
  },
  replicationcontrollers(object) {
    const spec = specOf(object);
    if (spec.template !== undefined) podTemplateDefaults(spec);
    setDefaults(spec, { replicas: 1 });
    selectorFromTemplate(spec);
    labelsFromTemplate(object);
  },
  'statefulsets.apps'(object) {
    const spec = specOf(object);
    podTemplateDefaults(spec);
    setDefaults(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: {},
    });
    setDefaults(spec, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } });
    const strategy = spec.updateStrategy as Fields;
    setDefaults(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      setDefaults(strategy.rollingUpdate as Fields, { partition: 0 });
    }
    for (const claim of (spec.volumeClaimTemplates as Fields[] | undefined) ?? []) {
      setDefaults(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
      setDefaults(statusOf(claim), { phase: 'Pending' });
      setDefaults(specOf(claim), { volumeMode: 'Filesystem' });
    }
  },
  'daemonsets.apps'(object) {
    const spec = specOf(object);
    podTemplateDefaults(spec);
    setDefaults(spec, { revisionHistoryLimit: 10, updateStrategy: {} });
    const strategy = spec.updateStrategy as Fields;
    setDefaults(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      setDefaults(strategy.rollingUpdate as Fields, { maxUnavailable: 1, maxSurge: 0 });
    }
  },
  'jobs.batch'(object) {
    labelsFromTemplate(object);
    jobSpecDefaults(specOf(object));
  },
  'cronjobs.batch'(object) {
    const spec = specOf(object);
    setDefaults(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const template = spec.jobTemplate as Fields | undefined;
    if (template !== undefined) podTemplateDefaults(specOf(template));
  },
  services(object) {
    const spec = specOf(object);
    setDefaults(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
    if (spec.sessionAffinity === 'ClientIP') spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: 10_800 } };
    for (const port of (spec.ports as Fields[] | undefined) ?? []) {
      setDefaults(port, { protocol: 'TCP' });
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
    }
    const exposed = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    if (exposed) setDefaults(spec, { externalTrafficPolicy: 'Cluster' });
    if (spec.type === 'LoadBalancer') setDefaults(spec, { allocateLoadBalancerNodePorts: true });
    if (spec.type !== 'ExternalName') setDefaults(spec, { internalTrafficPolicy: 'Cluster' });
  },
  secrets(object) {
    setDefaults(object, { type: 'Opaque' });
    const plain = object.stringData as Record<string, string> | undefined;
    if (plain === undefined) return;
    const encoded = Object.entries(plain).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]);
    object.data = { ...(object.data as Fields | undefined), ...Object.fromEntries(encoded) };
    delete object.stringData;
  },
  endpoints(object) {
    for (const subset of (object.subsets as Fields[] | undefined) ?? []) {
      for (const port of (subset.ports as Fields[] | undefined) ?? []) setDefaults(port, { protocol: 'TCP' });
    }
  },
  'endpointslices.discovery.k8s.io'(object) {
    for (const port of (object.ports as Fields[] | undefined) ?? []) setDefaults(port, { name: '', protocol: 'TCP' });
  },
  persistentvolumes(object) {
    setDefaults(specOf(object), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
    setDefaults(statusOf(object), { phase: 'Pending' });
    const host = specOf(object).hostPath as Fields | undefined;
    if (host !== undefined) setDefaults(host, { type: '' });
  },
  persistentvolumeclaims(object) {
    setDefaults(specOf(object), { volumeMode: 'Filesystem' });
    setDefaults(statusOf(object), { phase: 'Pending' });
  },
  'storageclasses.storage.k8s.io'(object) {
    setDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
  },
  'networkpolicies.networking.k8s.io'(object) {
    const spec = specOf(object);
    spec.policyTypes ??= spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
    const rules = [...((spec.ingress as Fields[] | undefined) ?? []), ...((spec.egress as Fields[] | undefined) ?? [])];
    for (const rule of rules) {
      for (const port of (rule.ports as Fields[] | undefined) ?? []) setDefaults(port, { protocol: 'TCP' });
    }
  },
  'rolebindings.rbac.authorization.k8s.io': bindingDefaults,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingDefaults,
  'horizontalpodautoscalers.autoscaling'(object) {
    const spec = specOf(object);
    setDefaults(spec, { minReplicas: 1 });
    spec.metrics ??= [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  },
  'customresourcedefinitions.apiextensions.k8s.io'(object) {
    const spec = specOf(object);
    setDefaults(spec, { conversion: { strategy: 'None' } });
    const names = (spec.names ?? {}) as { kind?: string; singular?: string; listKind?: string };
    if ((names.singular ?? '') === '' && names.kind !== undefined) names.singular = names.kind.toLowerCase();
    if ((names.listKind ?? '') === '' && names.kind !== undefined) names.listKind = `${names.kind}List`;
  },
  'priorityclasses.scheduling.k8s.io': (object) => setDefaults(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  events(object) {
    object.source ??= {};
    object.reportingComponent ??= '';
    object.reportingInstance ??= '';
  },
};

function jobSpecDefaults(spec: Fields): void {
  podTemplateDefaults(spec);
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  setDefaults(spec, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
}

function bindingDefaults(object: Fields): void {
  const role = object.roleRef as Fields | undefined;
  if (role !== undefined && (role.apiGroup ?? '') === '') role.apiGroup = 'rbac.authorization.k8s.io';
  for (const subject of (object.subjects as Fields[] | undefined) ?? []) {
    if (subject.kind !== 'ServiceAccount') setDefaults(subject, { apiGroup: 'rbac.authorization.k8s.io' });
  }
}
