import type { ListMerge } from './schema.ts';

/**
 * How the built-in kinds' lists and maps merge: facts of the Kubernetes API (the listType, listMapKey, mapType and structType markers and
 * the patchStrategy and patchMergeKey tags of k8s.io/api). Whatever is not named here is an atomic list, or a granular map or struct.
 * `Type.field` reads within its group's version; `keys` are those of server-side apply, the first one also that of strategic merge patch.
 */
const mapLists: Record<string, string> = {
  'meta/v1 ObjectMeta.ownerReferences': 'uid',
  'admissionregistration/v1 ValidatingAdmissionPolicyStatus.conditions': 'type',
  'admissionregistration/v1 ValidatingAdmissionPolicySpec.matchConditions': 'name',
  'admissionregistration/v1 ValidatingAdmissionPolicySpec.variables': 'name',
  'admissionregistration/v1 ValidatingWebhookConfiguration.webhooks': 'name',
  'admissionregistration/v1 MutatingWebhookConfiguration.webhooks': 'name',
  'admissionregistration/v1 ValidatingWebhook.matchConditions': 'name',
  'admissionregistration/v1 MutatingWebhook.matchConditions': 'name',
  'apiextensions/v1 CustomResourceDefinitionStatus.conditions': 'type',
  'apiregistration/v1 APIServiceStatus.conditions': 'type',
  'apps/v1 StatefulSetStatus.conditions': 'type',
  'apps/v1 DeploymentStatus.conditions': 'type',
  'apps/v1 DaemonSetStatus.conditions': 'type',
  'apps/v1 ReplicaSetStatus.conditions': 'type',
  'autoscaling/v2 HorizontalPodAutoscalerStatus.conditions': 'type',
  'certificates/v1 CertificateSigningRequestStatus.conditions': 'type',
  'core/v1 PersistentVolumeClaimStatus.conditions': 'type',
  'core/v1 ResourceRequirements.claims': 'name',
  'core/v1 Container.ports': 'containerPort protocol',
  'core/v1 Container.env': 'name',
  'core/v1 Container.volumeMounts': 'mountPath',
  'core/v1 Container.volumeDevices': 'devicePath',
  'core/v1 ContainerStatus.volumeMounts': 'mountPath',
  'core/v1 EphemeralContainer.ports': 'containerPort protocol',
  'core/v1 EphemeralContainer.env': 'name',
  'core/v1 EphemeralContainer.volumeMounts': 'mountPath',
  'core/v1 EphemeralContainer.volumeDevices': 'devicePath',
  'core/v1 PodSpec.volumes': 'name',
  'core/v1 PodSpec.initContainers': 'name',
  'core/v1 PodSpec.containers': 'name',
  'core/v1 PodSpec.ephemeralContainers': 'name',
  'core/v1 PodSpec.imagePullSecrets': 'name',
  'core/v1 PodSpec.hostAliases': 'ip',
  'core/v1 PodSpec.topologySpreadConstraints': 'topologyKey whenUnsatisfiable',
  'core/v1 PodSpec.schedulingGates': 'name',
  'core/v1 PodSpec.resourceClaims': 'name',
  'core/v1 PodStatus.conditions': 'type',
  'core/v1 PodStatus.podIPs': 'ip',
  'core/v1 PodStatus.resourceClaimStatuses': 'name',
  'core/v1 ReplicationControllerStatus.conditions': 'type',
  'core/v1 ServiceStatus.conditions': 'type',
  'core/v1 ServiceSpec.ports': 'port protocol',
  'core/v1 ServiceAccount.secrets': 'name',
  'core/v1 NodeStatus.conditions': 'type',
  'core/v1 NodeStatus.addresses': 'type',
  'core/v1 NamespaceStatus.conditions': 'type',
  'core/v1 ComponentStatus.conditions': 'type',
  'flowcontrol/v1 FlowSchemaStatus.conditions': 'type',
  'flowcontrol/v1 PriorityLevelConfigurationStatus.conditions': 'type',
  'policy/v1 PodDisruptionBudgetStatus.conditions': 'type',
  'storage/v1 CSINodeSpec.drivers': 'name',
};

/** Map lists of server-side apply that strategic merge patch replaces as a whole. */
const noPatchMerge = new Set([
  'core/v1 ResourceRequirements.claims',
  'admissionregistration/v1 ValidatingAdmissionPolicyStatus.conditions',
  'certificates/v1 CertificateSigningRequestStatus.conditions',
  'apiextensions/v1 CustomResourceDefinitionStatus.conditions',
]);

/** Atomic in server-side apply, merged by this key in strategic merge patch. */
const patchOnly: Record<string, string> = {
  'batch/v1 JobStatus.conditions': 'type',
  'core/v1 PodStatus.hostIPs': 'ip',
};

const sets = new Set([
  'meta/v1 ObjectMeta.finalizers',
  'admissionregistration/v1 ValidatingAdmissionPolicyBindingSpec.validationActions',
  'batch/v1 PodFailurePolicyOnExitCodesRequirement.values',
  'batch/v1 UncountedTerminatedPods.succeeded',
  'batch/v1 UncountedTerminatedPods.failed',
  'core/v1 NodeSpec.podCIDRs',
  'discovery/v1 Endpoint.addresses',
  'flowcontrol/v1 ResourcePolicyRule.verbs',
  'flowcontrol/v1 ResourcePolicyRule.apiGroups',
  'flowcontrol/v1 ResourcePolicyRule.resources',
  'flowcontrol/v1 ResourcePolicyRule.namespaces',
  'flowcontrol/v1 NonResourcePolicyRule.verbs',
  'flowcontrol/v1 NonResourcePolicyRule.nonResourceURLs',
  'storage/v1 CSIDriverSpec.volumeLifecycleModes',
]);

/** Sets that strategic merge patch also merges (patchStrategy=merge without a key). */
const patchSets = new Set(['meta/v1 ObjectMeta.finalizers', 'core/v1 NodeSpec.podCIDRs']);

const atomicFields = new Set([
  'core/v1 PodSpec.nodeSelector',
  'core/v1 ReplicationControllerSpec.selector',
  'core/v1 ServiceSpec.selector',
  'node/v1 Scheduling.nodeSelector',
]);

const granularFields = new Set(['core/v1 PersistentVolumeSpec.claimRef']);

const atomicTypes = new Set(
  [
    'meta/v1 LabelSelector OwnerReference',
    'admissionregistration/v1 ParamKind Variable ParamRef MatchResources NamedRuleWithOperations',
    'autoscaling/v1 CrossVersionObjectReference',
    'core/v1 SecretReference ObjectFieldSelector ResourceFieldSelector ConfigMapKeySelector SecretKeySelector NodeSelector NodeSelectorTerm',
    'core/v1 TopologySelectorTerm EndpointAddress EndpointPort ObjectReference LocalObjectReference TypedLocalObjectReference ScopeSelector',
    'discovery/v1 EndpointPort',
    'networking/v1 ServiceBackendPort',
    'rbac/v1 Subject RoleRef',
  ].flatMap((line) => {
    const [module, ...types] = line.split(' ');
    return types.map((type) => `${module} ${type}`);
  }),
);

const retainKeysFields = new Set([
  'apps/v1 DeploymentSpec.strategy',
  'core/v1 PodSpec.volumes',
  'core/v1 PodSpec.resourceClaims',
  'core/v1 PodStatus.resourceClaimStatuses',
]);

/** The merge rule of the list in field `name` (`module Type.field`). */
export function listMergeOf(name: string): ListMerge {
  const keys = mapLists[name];
  if (keys !== undefined) {
    const all = keys.split(' ');
    return { listType: 'map', keys: all, patchMergeKey: noPatchMerge.has(name) ? undefined : all[0] };
  }
  if (sets.has(name)) return { listType: 'set', keys: [], patchMergeKey: patchSets.has(name) ? '' : undefined };
  return { listType: 'atomic', keys: [], patchMergeKey: patchOnly[name] };
}

export function isAtomicType(name: string): boolean {
  return atomicTypes.has(name);
}

/** 'atomic' or 'granular' when the field itself decides, whatever its type says. */
export function fieldRelation(name: string): 'atomic' | 'granular' | undefined {
  if (atomicFields.has(name)) return 'atomic';
  return granularFields.has(name) ? 'granular' : undefined;
}

export function retainsKeys(name: string): boolean {
  return retainKeysFields.has(name);
}
