import { builtinSchema } from '../schema/builtin-schemas.ts';
import type { Schema } from '../schema/schema.ts';
import { builtinColumns } from '../table/builtin-columns.ts';
import { horizontalPodAutoscalerV1 } from './autoscaler-conversion.ts';
import { eventsApiConversion } from './event-conversion.ts';
import { type ServedResource, type ServedVersion, type SubresourceType, standardVerbs } from './served-resource.ts';

type Row = {
  group: string;
  /** `plural/singular Kind [shortName,…]` of each resource; a leading `~` marks a cluster-scoped one, a trailing `+s` a status subresource. */
  version: string;
  module: string;
  resources: readonly string[];
};

const rows: readonly Row[] = [
  {
    group: '',
    version: 'v1',
    module: 'core/v1',
    resources: [
      'configmaps/configmap ConfigMap cm',
      'endpoints/endpoints Endpoints ep',
      'events/event Event ev',
      'limitranges/limitrange LimitRange limits',
      '~namespaces/namespace Namespace ns +s',
      '~nodes/node Node no +s',
      'persistentvolumeclaims/persistentvolumeclaim PersistentVolumeClaim pvc +s',
      '~persistentvolumes/persistentvolume PersistentVolume pv +s',
      'pods/pod Pod po +s',
      'podtemplates/podtemplate PodTemplate',
      'replicationcontrollers/replicationcontroller ReplicationController rc +s',
      'resourcequotas/resourcequota ResourceQuota quota +s',
      'secrets/secret Secret',
      'serviceaccounts/serviceaccount ServiceAccount sa',
      'services/service Service svc +s',
    ],
  },
  {
    group: 'apiregistration.k8s.io',
    version: 'v1',
    module: 'apiregistration/v1',
    resources: ['~apiservices/apiservice APIService +s'],
  },
  {
    group: 'apps',
    version: 'v1',
    module: 'apps/v1',
    resources: [
      'controllerrevisions/controllerrevision ControllerRevision',
      'daemonsets/daemonset DaemonSet ds +s',
      'deployments/deployment Deployment deploy +s',
      'replicasets/replicaset ReplicaSet rs +s',
      'statefulsets/statefulset StatefulSet sts +s',
    ],
  },
  { group: 'events.k8s.io', version: 'v1', module: 'events/v1', resources: ['events/event Event ev'] },
  {
    group: 'autoscaling',
    version: 'v2',
    module: 'autoscaling/v2',
    resources: ['horizontalpodautoscalers/horizontalpodautoscaler HorizontalPodAutoscaler hpa +s'],
  },
  {
    group: 'batch',
    version: 'v1',
    module: 'batch/v1',
    resources: ['cronjobs/cronjob CronJob cj +s', 'jobs/job Job +s'],
  },
  {
    group: 'certificates.k8s.io',
    version: 'v1',
    module: 'certificates/v1',
    resources: ['~certificatesigningrequests/certificatesigningrequest CertificateSigningRequest csr +s'],
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    module: 'networking/v1',
    resources: [
      '~ingressclasses/ingressclass IngressClass',
      'ingresses/ingress Ingress ing +s',
      'networkpolicies/networkpolicy NetworkPolicy netpol',
    ],
  },
  {
    group: 'policy',
    version: 'v1',
    module: 'policy/v1',
    resources: ['poddisruptionbudgets/poddisruptionbudget PodDisruptionBudget pdb +s'],
  },
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    module: 'rbac/v1',
    resources: [
      '~clusterrolebindings/clusterrolebinding ClusterRoleBinding',
      '~clusterroles/clusterrole ClusterRole',
      'rolebindings/rolebinding RoleBinding',
      'roles/role Role',
    ],
  },
  {
    group: 'storage.k8s.io',
    version: 'v1',
    module: 'storage/v1',
    resources: [
      '~csidrivers/csidriver CSIDriver',
      '~csinodes/csinode CSINode',
      'csistoragecapacities/csistoragecapacity CSIStorageCapacity',
      '~storageclasses/storageclass StorageClass sc',
      '~volumeattachments/volumeattachment VolumeAttachment +s',
    ],
  },
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    module: 'admissionregistration/v1',
    resources: [
      '~mutatingwebhookconfigurations/mutatingwebhookconfiguration MutatingWebhookConfiguration',
      '~validatingadmissionpolicies/validatingadmissionpolicy ValidatingAdmissionPolicy +s',
      '~validatingadmissionpolicybindings/validatingadmissionpolicybinding ValidatingAdmissionPolicyBinding',
      '~validatingwebhookconfigurations/validatingwebhookconfiguration ValidatingWebhookConfiguration',
    ],
  },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    module: 'apiextensions/v1',
    resources: ['~customresourcedefinitions/customresourcedefinition CustomResourceDefinition crd,crds +s'],
  },
  {
    group: 'scheduling.k8s.io',
    version: 'v1',
    module: 'scheduling/v1',
    resources: ['~priorityclasses/priorityclass PriorityClass pc'],
  },
  { group: 'coordination.k8s.io', version: 'v1', module: 'coordination/v1', resources: ['leases/lease Lease'] },
  { group: 'node.k8s.io', version: 'v1', module: 'node/v1', resources: ['~runtimeclasses/runtimeclass RuntimeClass'] },
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    module: 'discovery/v1',
    resources: ['endpointslices/endpointslice EndpointSlice'],
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    module: 'flowcontrol/v1',
    resources: [
      '~flowschemas/flowschema FlowSchema +s',
      '~prioritylevelconfigurations/prioritylevelconfiguration PriorityLevelConfiguration +s',
    ],
  },
];

const replicaScale = { spec: 'spec.replicas', status: 'status.replicas' };

const scaled: Record<string, { spec: string; status: string }> = {
  replicationcontrollers: replicaScale,
  'deployments.apps': replicaScale,
  'replicasets.apps': replicaScale,
  'statefulsets.apps': { spec: 'spec.replicas', status: 'status.replicas' },
};

const further: Record<string, readonly SubresourceType[]> = {
  pods: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'resize', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  ],
  namespaces: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  nodes: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: ['get'] }],
  serviceaccounts: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  'certificatesigningrequests.certificates.k8s.io': [
    { name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
  ],
};

const inCategoryAll = new Set([
  'pods',
  'replicationcontrollers',
  'services',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'horizontalpodautoscalers.autoscaling',
  'cronjobs.batch',
  'jobs.batch',
]);

const extensionGroups = new Set(['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** Field selectors beyond metadata.name and metadata.namespace (the API server's field label conversions). */
const selectable: Record<string, readonly string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  replicationcontrollers: ['status.replicas'],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

/** Everything built in that lives in the store. Order is that of discovery. */
export function builtinResources(): ServedResource[] {
  return rows.flatMap((row) => row.resources.map((line) => resourceOf(row, line)));
}

function resourceOf(row: Row, line: string): ServedResource {
  const [names = '', kind = '', ...rest] = line.split(' ');
  const [plural = '', singular = ''] = names.replace('~', '').split('/');
  const shortNames = rest.find((word) => !word.startsWith('+'))?.split(',') ?? [];
  const name = row.group === '' ? plural : `${plural}.${row.group}`;
  const hasStatus = rest.includes('+s');
  const isEventView = name === 'events.events.k8s.io';
  const version: ServedVersion = {
    version: row.version,
    schema: () => builtinSchema(row.module, kind),
    columns: () => builtinColumns(isEventView ? 'events' : name),
    hasStatus,
    scale: scaled[name],
    ...(isEventView ? { convert: eventsApiConversion } : {}),
  };
  return {
    group: row.group,
    plural,
    singular,
    kind,
    listKind: `${kind}List`,
    namespaced: !names.startsWith('~'),
    shortNames,
    categories: inCategoryAll.has(name) ? ['all'] : extensionGroups.has(row.group) ? ['api-extensions'] : [],
    verbs: standardVerbs,
    versions: name === 'horizontalpodautoscalers.autoscaling' ? [version, autoscalingV1(version)] : [version],
    storedApiVersion: isEventView ? 'v1' : row.group === '' ? row.version : `${row.group}/${row.version}`,
    storedAs: isEventView ? 'events' : name,
    subresources: further[name] ?? [],
    custom: false,
    selectableFields: selectable[isEventView ? 'events' : name] ?? [],
  };
}

function autoscalingV1(v2: ServedVersion): ServedVersion {
  return {
    ...v2,
    version: 'v1',
    schema: (): Schema | undefined => builtinSchema('autoscaling/v1', 'HorizontalPodAutoscaler'),
    convert: horizontalPodAutoscalerV1,
  };
}
